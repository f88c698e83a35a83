// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static weir.ebpf.testing.Packets.ACK;
import static weir.ebpf.testing.Packets.ARP;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.IPV6;
import static weir.ebpf.testing.Packets.PROVIDER_VLAN;
import static weir.ebpf.testing.Packets.SYN;
import static weir.ebpf.testing.Packets.UDP;
import static weir.ebpf.testing.Packets.VLAN;
import static weir.ebpf.testing.Packets.hex;
import static weir.ebpf.testing.Packets.tag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.kernel.KernelObject;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.testing.Packets;
import weir.ebpf.testing.TestObjects;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Each example on frames cut off at each byte, in the engine and in the running kernel: same verdict, bytes, maps. */
@RequiresFeature({Feature.BPF_PROGRAMS, Feature.NETNS})
class ExamplesAgreeTest {
    private static final String REJECTED = "no_bounds_check";
    private static final Set<MapType> COMPARED =
            EnumSet.of(MapType.ARRAY, MapType.HASH, MapType.LRU_HASH, MapType.PERCPU_ARRAY);

    /** Maps that hold times; with the example where another has the same name. */
    private static final Set<String> TIMED = Set.of("flows", "buckets", "ageing/stations", "next_sweep");

    /** An entry that a map has before: map, key, value. */
    private static final Map<String, List<String>> PRESETS = Map.of(
            "acl", List.of("rules_v4 20000000c6120001 01000000"),
            "ageing", List.of("settings 01000000 00a0b83046030000"), // one sweep in an hour
            "drop_port", List.of("blocked_ports 0900 0000000000000000"),
            "flood_bridge", List.of("ports 01000000 01000000", "ports 02000000 02000000"),
            "l2_bridge", List.of("ports 01000000 01000000", "ports 02000000 02000000"),
            "load_balancer",
                    List.of(
                            "services c612000200091100 01000000",
                            "services c612000200500600 01000000",
                            "servers 00000000 0200000000090700"),
            "mirror", List.of("cable 01000000 01000000", "cable 02000000 02000000", "watcher 00000000 02000000"),
            "nat", List.of("outwards c61200019c401100 c6130009c3501100", "inwards c612000200500600 c613000b13880600"),
            "virtual_server", List.of("service 00000000 c6120002c612000bc612000cc612000d"),
            "vlan_domains", List.of("domain_of_port 01000000 00000000", "domain_0 01000000 01000000"));

    static Stream<String> examples() {
        return TestObjects.exampleNames().stream().filter(name -> !name.equals(REJECTED));
    }

    private static List<byte[]> frames() {
        byte[] datagram = Packets.ipv4(Hosts.ALICE_4, Hosts.BOB_4, UDP, Packets.udp(40_000, 9, "odd"));
        byte[] chain = hex("2c000104000000003c000000000000ab1100010400000000");
        byte[] udp = Packets.udp(40_000, 9, "deep");
        List<byte[]> whole = List.of(
                Hosts.frame(ARP, new byte[28]),
                Packets.ethernet(Hosts.BOB, Packets.BROADCAST, ARP, new byte[28]),
                Hosts.frame(IPV4, datagram),
                Hosts.frame(PROVIDER_VLAN, tag(100, VLAN, tag(7, IPV4, datagram))),
                Hosts.tcp4(
                        Hosts.ALICE_4, Hosts.BOB_4, 50_000, 80, SYN, hex("01020405b40402080a0000000100000000000000")),
                Hosts.tcp4(Hosts.BOB_4, Hosts.ALICE_4, 80, 50_000, SYN | ACK, hex("020405b4")),
                Hosts.frame(IPV6, Packets.ipv6(Hosts.ALICE_6, Hosts.BOB_6, UDP, udp)),
                Hosts.frame(IPV6, Packets.ipv6(Hosts.ALICE_6, Hosts.BOB_6, 0, chain, UDP, udp)));
        List<byte[]> all = new ArrayList<>();
        for (byte[] frame : whole) {
            for (int bytes = Packets.IP_AT; bytes <= frame.length; bytes++) {
                all.add(Arrays.copyOf(frame, bytes));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void engineAndKernelAgree(String name) throws ObjectFileException {
        byte[] file = TestObjects.exampleBytes(name);
        ObjectFile object = ObjectFile.parse(file);
        try (Subject engine = new EngineSubject(file);
                Subject kernel = new KernelSubject(file)) {
            for (String preset : PRESETS.getOrDefault(name, List.of())) {
                String[] words = preset.split(" ", -1);
                engine.set(words[0], hex(words[1]), hex(words[2]));
                kernel.set(words[0], hex(words[1]), hex(words[2]));
            }
            for (ProgramSpec program : object.programs()) {
                int port = 1;
                for (byte[] frame : frames()) {
                    assertEquals(
                            outcome(kernel, program.name(), frame, port),
                            outcome(engine, program.name(), frame, port),
                            () -> program.name() + " on " + HexFormat.of().formatHex(frame));
                    port = 3 - port;
                }
            }
            for (MapSpec map : object.maps()) {
                if (isCompared(name, map)) {
                    assertEquals(contents(kernel, map), contents(engine, map), map.name());
                }
            }
        }
    }

    private static boolean isCompared(String example, MapSpec map) {
        return COMPARED.contains(map.type())
                && !TIMED.contains(map.name())
                && !TIMED.contains(example + "/" + map.name());
    }

    private static String outcome(Subject subject, String program, byte[] frame, int port) {
        Subject.Verdict verdict = subject.run(program, frame, port);
        return verdict.action() + " " + verdict.frame();
    }

    /** Values by key in hex; those of CPUs are added up, since the kernel may run on any. */
    private static Map<String, String> contents(Subject subject, MapSpec map) {
        Map<String, String> all = new TreeMap<>(subject.entries(map.name()));
        if (map.type().isPerCpu()) {
            all.replaceAll((key, value) -> Long.toString(subject.count(map.name(), hex(key))));
        }
        return all;
    }

    @Test
    void kernelRejectsTheExampleOfAMistake() {
        assertThrows(KernelProgram.Rejected.class, () -> KernelObject.load(TestObjects.exampleBytes(REJECTED)));
    }
}
