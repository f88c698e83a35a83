// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ebpf.testing.Packets.hex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.program.AttachedProgram;
import weir.core.program.ProgramCounters;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.program.Rollback;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Seeds;
import weir.ebpf.Engine;
import weir.ebpf.ObjectFile;
import weir.ebpf.kernel.KernelObject;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.NetworkSandbox;
import weir.ebpf.kernel.XdpMd;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.xdp.XdpAction;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Each example program on the same random frames in the running kernel and on two switches, interpreted and compiled:
 * same verdict, same bytes of what leaves the switch, same maps in the end. Numbers of ports and interfaces are the same,
 * 1 to 4, and so devmaps are.
 *
 * <p>{@code BPF_PROG_TEST_RUN} does not say where a redirect goes. Where it goes on a switch both engines have to agree
 * on; that the kernel's goes there, too, follows from verdict and maps, which it is made of.
 */
@RequiresFeature({Feature.BPF_PROGRAMS, Feature.NETNS})
class KernelAgreesTest {
    private static final int FRAMES = RunSize.of(1_000, 20_000);
    private static final List<String> PORTS = List.of("1", "2", "3", "4");

    /** Not in the comparison: the kernel does not take it, which is its purpose. */
    private static final Set<String> REJECTED = Set.of("no_bounds_check");

    /** Whose verdict lets no frame out. */
    private static final Set<String> DROPS_ALL = Set.of("pkt_count");

    /** The only program for ports of an object that has several. */
    private static final Map<String, String> ENTRIES = Map.of("tail_calls", "parse_ethernet");

    private static final Set<MapType> COMPARED =
            EnumSet.of(MapType.ARRAY, MapType.HASH, MapType.LRU_HASH, MapType.PERCPU_ARRAY);

    /** Maps that differ for a reason: example/map. */
    private static final Map<String, String> NOT_COMPARED = Map.of(
            "flow_table/flows", "holds times",
            "rate_limit/buckets", "holds times",
            "ageing/stations", "holds times",
            "ageing/next_sweep", "is a time",
            "tail_calls/position", "is left behind on the CPU that ran last, which the kernel chooses");

    /** What maps hold before: map, key, value. The limit of rate_limit is not set: tokens depend on the time. */
    private static final Map<String, List<String>> PRESETS = Map.of(
            "acl",
            List.of("rules_v4 20000000c6120001 01000000", "rules_v6 8000000020010db8000000000000000000000002 01000000"),
            "drop_port",
            List.of("blocked_ports 0900 0000000000000000", "blocked_ports 5000 0000000000000000"),
            "flood_bridge",
            members("ports", 1, 2, 3, 4),
            "l2_bridge",
            members("ports", 1, 2, 3),
            "load_balancer",
            List.of(
                    "services c612000200351100 00000000",
                    "services c612000200500600 01000000",
                    "servers 00000000 0200000000090300"),
            "mirror",
            concat(members("cable", 1, 2, 3), List.of("watcher 00000000 03000000")),
            "nat",
            List.of(
                    "outwards c61200019c401100 c6130009c3501100",
                    "outwards c612000113880600 c613000900500600",
                    "inwards c6130009c3501100 c61200019c401100",
                    "inwards c612000200500600 c612000313880600"),
            "virtual_server",
            List.of("service 00000000 c6120002c612000bc612000cc612000d"),
            "vlan_domains",
            concat(
                    List.of(
                            "domain_of_port 01000000 00000000",
                            "domain_of_port 02000000 00000000",
                            "domain_of_port 03000000 01000000"),
                    concat(members("domain_0", 1, 2), members("domain_1", 3))));

    private static List<String> members(String map, int... ports) {
        List<String> entries = new ArrayList<>();
        for (int port : ports) {
            String word = HexFormat.of().formatHex(Cells.u32(port));
            entries.add(map + " " + word + " " + word);
        }
        return entries;
    }

    private static List<String> concat(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    static Stream<String> examples() {
        return TestObjects.exampleNames().stream().filter(name -> !REJECTED.contains(name));
    }

    /** What became of a frame on a switch: return value of the program, and by port what left. */
    private record Outcome(int action, Map<String, List<String>> left) {}

    @ParameterizedTest
    @MethodSource("examples")
    void kernelAndSwitchAgree(String name) throws Exception {
        RandomGenerator random = Seeds.random(Seeds.of(1)[0]);
        RandomFrames frames = new RandomFrames(random);
        byte[] file = TestObjects.exampleBytes(name);
        ObjectFile object = ObjectFile.parse(file);
        String entry = ENTRIES.getOrDefault(name, object.programs().getFirst().name());
        try (NetworkSandbox _ = new NetworkSandbox();
                KernelObject kernel = KernelObject.load(file);
                Subject interpreted = new Subject(object, entry, Engine.interpreter());
                Subject compiled = new Subject(object, entry, Engine.jit())) {
            for (String preset : PRESETS.getOrDefault(name, List.of())) {
                String[] words = preset.split(" ", -1);
                byte[] key = hex(words[1]);
                byte[] value = hex(words[2]);
                assertEquals(0, kernel.map(words[0]).update(key, value, 0), preset);
                Cells.put(interpreted.program, words[0], key, value);
                Cells.put(compiled.program, words[0], key, value);
            }
            int seen = 0;
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = frames.next();
                int port = random.nextInt(1, PORTS.size() + 1);
                KernelProgram.Run run = kernel.program(entry).run(frame, XdpMd.arriving(0, frame.length, port, 0));
                String what = "frame " + i + " into port " + port + ": "
                        + HexFormat.of().formatHex(frame);
                assertEquals(0, run.errno(), what);
                Outcome outcome = interpreted.run(frame, port);
                assertEquals(outcome, compiled.run(frame, port), what);
                assertEquals(run.returnValue(), outcome.action(), what);
                seen += assertLeft(run, outcome, port, what);
            }
            assertEquals(DROPS_ALL.contains(name), seen == 0, "frames that left: " + seen);
            for (MapSpec map : object.maps()) {
                if (COMPARED.contains(map.type()) && !NOT_COMPARED.containsKey(name + "/" + map.name())) {
                    Map<String, String> expected = contents(map, kernel.map(map.name()));
                    assertEquals(expected, interpreted.contents(map), map.name());
                    assertEquals(expected, compiled.contents(map), map.name());
                }
            }
        }
    }

    /** What leaves has the kernel's bytes, and leaves where the verdict says; gives the number of ports. */
    private static int assertLeft(KernelProgram.Run run, Outcome outcome, int port, String what) {
        List<String> expected = List.of(run.data().toString());
        outcome.left().forEach((at, frames) -> assertEquals(expected, frames, () -> what + " at port " + at));
        String ingress = PORTS.get(port - 1);
        Set<String> ports = outcome.left().keySet();
        switch (run.returnValue()) {
            case XdpAction.PASS -> // nobody is known, so it is flooded
                assertTrue(ports.size() == PORTS.size() - 1 && !ports.contains(ingress), () -> what + " at " + ports);
            case XdpAction.TX -> assertEquals(Set.of(ingress), ports, what);
            case XdpAction.REDIRECT -> {
                // Where to is known by the switch alone.
            }
            default -> assertEquals(Set.of(), ports, what);
        }
        return ports.size();
    }

    /** Values by key; those of CPUs are added up, since the kernel may run on any. */
    private static Map<String, String> contents(MapSpec map, MapControl control) {
        Map<String, String> all = new TreeMap<>();
        for (MapControl.Entry each : control.entries()) {
            all.put(
                    each.key().toString(),
                    map.type().isPerCpu() ? sum(each.value()) : each.value().toString());
        }
        return all;
    }

    private static String sum(Bytes values) {
        ByteBuffer bytes = ByteBuffer.wrap(values.toArray()).order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        for (int at = 0; at < values.length(); at += Long.BYTES) {
            sum += bytes.getLong(at);
        }
        return Long.toString(sum);
    }

    /** A switch without threads, and the program on it. */
    private static final class Subject implements AutoCloseable {
        private final HandDrivenSwitch hand;
        private final AttachedProgram program;

        Subject(ObjectFile object, String entry, Engine engine) throws Exception {
            hand = new HandDrivenSwitch().ports(PORTS.toArray(String[]::new));
            program = hand.sw()
                    .programs()
                    .load(ProgramPlace.onSwitch(), object, options(engine).withProgram(entry), loaded -> {});
        }

        private static ProgramOptions options(Engine engine) {
            return ProgramOptions.DEFAULT
                    .withEngine(engine)
                    .withWarmUp(Duration.ZERO)
                    .withRollback(Rollback.NEVER);
        }

        Outcome run(byte[] frame, int port) {
            hand.sw().flushFdb();
            long[] before = verdicts(program.counters());
            hand.sendAndSettle(PORTS.get(port - 1), frame);
            long[] after = verdicts(program.counters());
            int action = -1;
            for (int i = 0; i < after.length; i++) {
                if (after[i] != before[i]) {
                    assertTrue(action < 0 && after[i] - before[i] == 1, "one verdict a frame");
                    action = i;
                }
            }
            Map<String, List<String>> left = new LinkedHashMap<>();
            for (String each : PORTS) {
                List<byte[]> received = hand.received(each);
                if (!received.isEmpty()) {
                    left.put(
                            each,
                            received.stream().map(HexFormat.of()::formatHex).toList());
                }
            }
            return new Outcome(action, left);
        }

        /** By {@code enum xdp_action}. */
        private static long[] verdicts(ProgramCounters counters) {
            assertEquals(0, counters.faults(), "faults");
            return new long[] {
                counters.aborted(),
                counters.dropped(),
                counters.passed(),
                counters.transmitted(),
                counters.redirected(),
                counters.invalid()
            };
        }

        Map<String, String> contents(MapSpec map) {
            return program.withMap(map.name(), each -> KernelAgreesTest.contents(map, each.control()))
                    .orElseThrow();
        }

        @Override
        public void close() {
            hand.close();
        }
    }
}
