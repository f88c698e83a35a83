// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import weir.control.machine.ChildProcess;
import weir.control.machine.MachineFacts;
import weir.control.report.LawReport;
import weir.control.run.HostConfig;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.counter.PortCounters;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.worker.WaitMode;
import weir.ports.shm.ShmPort;

/** {@code weir bench shm}, without its command line: a switch here, its client in a second JVM. */
public final class ShmBench {
    private static final String FROM = "a";
    private static final String TO = "b";
    private static final long START_UP_SECONDS = 60;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final int BITS_PER_BYTE = 8;

    private ShmBench() {}

    /** Makes the command that runs {@link ShmBenchClient} in another process. */
    @FunctionalInterface
    public interface ClientCommand {
        List<String> of(Path from, Path to, int frameBytes, ShmBenchSettings settings);
    }

    /**
     * Measures all rows.
     *
     * @param progress hears of each step
     */
    public static ShmBenchReport run(
            List<Integer> frameBytes, ShmBenchSettings settings, ClientCommand client, Consumer<String> progress)
            throws PortException, InterruptedException {
        List<ShmBenchRow> rows = new ArrayList<>();
        for (int bytes : frameBytes) {
            progress.accept("frames of " + bytes + " bytes");
            rows.add(measure(bytes, settings, client));
        }
        return new ShmBenchReport("shm", MachineFacts.now(), settings, rows);
    }

    private static ShmBenchRow measure(int frameBytes, ShmBenchSettings settings, ClientCommand client)
            throws PortException, InterruptedException {
        Path dir = folder();
        int cpu = settings.switchCpu();
        SwitchConfig config = cpu >= 0 ? HostConfig.named("bench", cpu) : HostConfig.named("bench");
        try (Switch sw = Switch.create(config.withWaitMode(WaitMode.BUSY))) {
            List<Path> sockets = new ArrayList<>();
            for (String name : List.of(FROM, TO)) {
                ShmPort port = ShmPort.open("shm:" + name + "?dir=" + dir + "&slots=" + settings.slots());
                sw.attach(port, PortOptions.named(name));
                sockets.add(port.socket());
            }
            long limit = START_UP_SECONDS
                    + (long) Math.ceil(settings.warmUpSeconds() + settings.slices() * settings.seconds());
            ChildProcess.Outcome outcome = ChildProcess.run(
                    client.of(sockets.get(0), sockets.get(1), frameBytes, settings), limit, TimeUnit.SECONDS);
            return row(frameBytes, sw, outcome);
        } finally {
            remove(dir);
        }
    }

    private static ShmBenchRow row(int frameBytes, Switch sw, ChildProcess.Outcome outcome)
            throws InterruptedException {
        String[] end = outcome.lastLine().split(" ", -1);
        if (outcome.exitCode() != 0 || !end[0].equals("end")) {
            throw new IllegalStateException(
                    "the client ended with exit code " + outcome.exitCode() + ": " + outcome.firstLine());
        }
        LawReport law = LawReport.await(sw);
        Map<String, PortCounters> counters = sw.counters();
        long sent = Long.parseLong(end[1]);
        long got = Long.parseLong(end[2]);
        long dropped = of(counters, TO).egressDrops().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (!law.holds() || of(counters, FROM).received() != sent || got + dropped != sent) {
            throw new IllegalStateException("the books are wrong: sent " + sent + ", got " + got + ", dropped "
                    + dropped + ", " + law.sentence() + ": " + counters);
        }
        PairStatistics mpps = PairStatistics.of(outcome.output()
                .lines()
                .filter(line -> line.startsWith("slice "))
                .map(ShmBench::mpps)
                .toList());
        double nanos = NANOS_PER_MICRO / mpps.median();
        return new ShmBenchRow(frameBytes, mpps, nanos, frameBytes * BITS_PER_BYTE / nanos, dropped, true);
    }

    private static PortCounters of(Map<String, PortCounters> counters, String port) {
        return Objects.requireNonNull(counters.get(port), port);
    }

    private static double mpps(String slice) {
        String[] parts = slice.split(" ", -1);
        return Long.parseLong(parts[1]) * NANOS_PER_MICRO / Long.parseLong(parts[2]);
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("weir-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path dir) {
        try {
            Files.deleteIfExists(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
