// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import weir.control.run.HostConfig;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.port.PortOptions;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramCounters;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.testing.Law;
import weir.ebpf.Engine;
import weir.ebpf.ObjectFile;
import weir.ports.tap.TapPort;

/**
 * Three stations at ports 1 to 3 of a switch in this JVM. After each test no frame is unaccounted for, and nothing is
 * left: the interfaces disappear with the switch or with this process, namespaces of a process that was killed when the
 * next one makes some.
 */
final class TrafficLab implements BeforeEachCallback, AfterEachCallback {
    static final int STATIONS = 3;

    private static final Path EXAMPLES = Path.of(System.getProperty("weir.root"), "examples", "programs");
    private static final Duration WARM_UP = Duration.ofMillis(100);

    private final List<Station> stations = new ArrayList<>();

    @Nullable
    private Switch running;

    /** What programs run under. */
    static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit());
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        Switch sw = Switch.create(HostConfig.named("traffic"));
        running = sw;
        for (int number = 1; number <= STATIONS; number++) {
            Station station = new Station(number);
            stations.add(station);
            sw.attach(
                    TapPort.open(station.spec()),
                    PortOptions.named(station.port()).withNumber(number));
            station.configure();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try (Switch sw = sw()) {
            Law.assertComesToHold(sw);
            sw.ports().forEach(port -> sw.detach(port.name()));
            Law.assertHoldsAndSlotsAreBack(sw, 0);
        } finally {
            stations.forEach(Station::close);
            stations.clear();
        }
    }

    Switch sw() {
        return Objects.requireNonNull(running);
    }

    /** The station at a port, by the port's number. */
    Station station(int number) {
        return stations.get(number - 1);
    }

    List<Station> stations() {
        return List.copyOf(stations);
    }

    static ObjectFile example(String name) throws Exception {
        return ObjectFile.parse(Files.readAllBytes(EXAMPLES.resolve(name + ".o")));
    }

    /** Lets an example decide about the frames of all ports. */
    AttachedProgram load(String example, Engine engine, Consumer<AttachedProgram> prepare) throws Exception {
        return load(example, ProgramOptions.DEFAULT.withEngine(engine), prepare);
    }

    AttachedProgram load(String example, ProgramOptions options, Consumer<AttachedProgram> prepare) throws Exception {
        return sw().programs().load(ProgramPlace.onSwitch(), example(example), options.withWarmUp(WARM_UP), prepare);
    }

    /** Loads one of the bridges, and makes all ports its members where it has to be told. */
    AttachedProgram loadBridge(String example, Engine engine) throws Exception {
        return load(example, engine, program -> {
            if (program.blueprint().map("ports").isPresent()) {
                addPorts(program, "ports", 1, 2, 3);
            }
        });
    }

    static void addPorts(AttachedProgram program, String devmap, int... numbers) {
        for (int number : numbers) {
            Cells.put(program, devmap, Cells.u32(number), Cells.u32(number));
        }
    }

    PortCounters counters(Station station) {
        awaitPublished();
        return sw().counters().get(station.port());
    }

    /** What a program did with all frames that have left the switch. */
    ProgramCounters counters(AttachedProgram program) {
        awaitPublished();
        return program.counters();
    }

    /** Workers publish counters at the end of a batch, and answer between two batches. */
    private void awaitPublished() {
        sw().slotsInUse();
    }

    /** Frames that came from a station and were dropped by a decision for that reason. */
    long drops(Station station, DropReason reason) {
        return counters(station).decisionDrops().getOrDefault(reason, 0L);
    }

    /** Frames that the stations' kernels dropped, since the switch did not read fast enough. */
    long lostAtInterfaces() {
        return sw().ports().stream().mapToLong(PortInfo::peerDropped).sum();
    }

    /** Frames that ended in the switch, or at interfaces before it. */
    long lostByName() {
        return lostAtInterfaces()
                + sw().counters().values().stream()
                        .flatMap(port -> port.drops().values().stream())
                        .mapToLong(Long::longValue)
                        .sum();
    }
}
