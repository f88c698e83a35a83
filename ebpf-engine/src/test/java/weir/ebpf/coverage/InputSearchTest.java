// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;
import weir.ebpf.testing.TestObjects;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** How many ways of branches the search takes real programs. */
class InputSearchTest {
    private static final InputSearch.Effort EFFORT = new InputSearch.Effort(Duration.ofMinutes(5), 3_000);
    private static final InputSearch.Effort SOLVING = new InputSearch.Effort(Duration.ofMinutes(5), 200);
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/libexec/xdp-tools"), Path.of("/usr/lib/x86_64-linux-gnu/bpf"));

    private static final Pattern BLANKS = Pattern.compile(" +");
    private static final Pattern COMMA = Pattern.compile(",");
    /** The verifier refuses them. */
    private static final Set<String> REFUSED = Set.of("no_bounds_check");

    /** Why no run went a way that the verifier takes to be possible. */
    private enum Unreached {
        /** No frame is shorter than an Ethernet header, or has its end before its start. */
        SHORT,
        /** An array is asked for an index that is always inside: what bounds it is the program, not the verifier. */
        INDEX,
        /** An error that cannot be: what is deleted, read or looked up was there one instruction before. */
        NO_ERROR,
        /** What a calculation gives that the facts do not follow: found at random, or not. */
        LUCK
    }

    /** Program, slots, way, reason. All other ways are gone. */
    private static final String UNREACHED = """
            acl             5                        jumps SHORT
            acl             57                       jumps INDEX
            ageing          5                        jumps SHORT
            ageing          105,116                  jumps INDEX
            ageing          125                      jumps NO_ERROR
            bridge          5                        jumps SHORT
            count_protocols 6                        jumps SHORT
            count_protocols 22,42,61,81,90,108,124   jumps INDEX
            flood_bridge    5                        jumps SHORT
            flow_table      4                        jumps SHORT
            flow_table      114                      jumps NO_ERROR
            ipv6_extensions 5                        jumps SHORT
            ipv6_extensions 50,63,293,311            jumps INDEX
            l2_bridge       5                        jumps SHORT
            l2_bridge       27,52                    jumps INDEX
            load_balancer   105                      jumps LUCK
            nat             97,168                   jumps LUCK
            parse_ethernet  19                       jumps INDEX
            parse_ethernet  26                       falls SHORT
            parse_ethernet  78,103,131,156           jumps INDEX
            parse_ipv4      33,71                    jumps INDEX
            parse_ipv6      29,61                    jumps INDEX
            parse_udp       33                       jumps INDEX
            parse_vlan      29,67,94,125,152         jumps INDEX
            pkt_count       4                        jumps SHORT
            pkt_count       27                       jumps INDEX
            sample_events   14                       jumps SHORT
            sample_events   46,89                    jumps INDEX
            sample_events   68                       falls NO_ERROR
            tcp_mss         85,87                    falls LUCK
            udp_checksum    67,112,118               jumps NO_ERROR
            udp_checksum    88                       jumps LUCK
            udp_checksum    96                       jumps INDEX
            virtual_server  297                      jumps INDEX
            vlan_domains    5                        jumps SHORT
            vlan_tags       5                        jumps SHORT
            xdpdump         2                        jumps SHORT
            xdpfilt_alw_all 6                        jumps SHORT
            xdpfilt_alw_all 380,393,416,429          jumps INDEX
            xdpfilt_alw_eth 7                        jumps SHORT
            xdpfilt_alw_eth 70                       jumps INDEX
            xdpfilt_alw_ip  7                        jumps SHORT
            xdpfilt_alw_tcp 7                        jumps SHORT
            xdpfilt_alw_tcp 113,126,140              jumps INDEX
            xdpfilt_alw_udp 7                        jumps SHORT
            xdpfilt_alw_udp 111,124,138              jumps INDEX
            xdpfilt_dny_all 6                        jumps SHORT
            xdpfilt_dny_all 380,393,416,429          jumps INDEX
            xdpfilt_dny_eth 7                        jumps SHORT
            xdpfilt_dny_eth 70                       jumps INDEX
            xdpfilt_dny_ip  7                        jumps SHORT
            xdpfilt_dny_tcp 7                        jumps SHORT
            xdpfilt_dny_tcp 113,126,140              jumps INDEX
            xdpfilt_dny_udp 7                        jumps SHORT
            xdpfilt_dny_udp 111,124,138              jumps INDEX
            xsk_def_prog    12                       falls NO_ERROR
            """;

    static Stream<Arguments> examples() throws IOException {
        return programs(List.of(TestObjects.exampleFolder()));
    }

    static Stream<Arguments> installed() throws IOException {
        return programs(FOLDERS);
    }

    private static Stream<Arguments> programs(List<Path> folders) throws IOException {
        Stream.Builder<Arguments> all = Stream.builder();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(each -> each.toString().endsWith(".o")).sorted().forEach(each -> {
                    ObjectFile object = parse(each);
                    for (ProgramSpec spec : object.programs()) {
                        if (spec.type() == ProgramType.XDP && !REFUSED.contains(spec.name())) {
                            all.add(Arguments.of(each.getFileName() + " " + spec.name(), spec, object.maps()));
                        }
                    }
                });
            }
        }
        return all.build();
    }

    private static ObjectFile parse(Path file) {
        try {
            return ObjectFile.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ObjectFileException e) {
            throw new AssertionError(file.toString(), e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void goesAllWaysOfExamples(String name, ProgramSpec spec, List<MapSpec> maps) {
        check(spec, maps);
    }

    @RequiresFeature({Feature.XDP_OBJECTS})
    @ParameterizedTest(name = "{0}")
    @MethodSource("installed")
    void goesAllWaysOfInstalledPrograms(String name, ProgramSpec spec, List<MapSpec> maps) {
        check(spec, maps);
    }

    private static void check(ProgramSpec spec, List<MapSpec> maps) {
        List<MapSpec> sized = maps.stream().map(InputSearchTest::sized).toList();
        PathFacts facts = facts(spec, sized);
        try (ScratchMaps scratch = ScratchMaps.of(sized)) {
            Coverage coverage = InputSearch.run(spec, facts, scratch, new ScratchHost(), EFFORT)
                    .coverage();
            Map<Direction, Unreached> expected = unreached(spec.name());
            List<String> unexpected = coverage.missed().stream()
                    .filter(each -> !expected.containsKey(each))
                    .map(each -> each + ": " + facts.branches().get(each.slot()) + " at " + spec.lineAt(each.slot()))
                    .toList();
            assertEquals(List.of(), unexpected, () -> spec.name() + ": not reached");
            List<Direction> reached = expected.keySet().stream()
                    .filter(each -> expected.get(each) != Unreached.LUCK)
                    .filter(coverage.reached()::contains)
                    .toList();
            assertEquals(List.of(), reached, () -> spec.name() + ": reached, though no run can");
        }
    }

    private static Map<Direction, Unreached> unreached(String program) {
        Map<Direction, Unreached> all = new HashMap<>();
        UNREACHED.lines().filter(line -> line.startsWith(program + " ")).forEach(line -> {
            List<String> fields = BLANKS.splitAsStream(line).toList();
            boolean jumps = fields.get(2).equals("jumps");
            COMMA.splitAsStream(fields.get(1))
                    .forEach(slot ->
                            all.put(new Direction(Integer.parseInt(slot), jumps), Unreached.valueOf(fields.get(3))));
        });
        return all;
    }

    /** As loading does it. */
    private static MapSpec sized(MapSpec spec) {
        boolean isUnsized = spec.type() == MapType.PERF_EVENT_ARRAY && spec.maxEntries() == 0;
        return isUnsized ? spec.withMaxEntries(1) : spec;
    }

    private static PathFacts facts(ProgramSpec spec, List<MapSpec> maps) {
        return switch (Verifier.verify(spec, maps, HelperTable.xdp(), VerifierOptions.standard())) {
            case Verification.Accepted accepted -> accepted.program().facts().paths();
            case Verification.Rejected rejected ->
                throw new AssertionError(rejected.violations().getFirst().text());
        };
    }

    /** Bytes that are assembled, swapped, masked, and a choice by a bit: solved, not guessed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "r5 = *(u8 *)(r2 +1)\n r5 <<= 8\n r6 = *(u8 *)(r2 +0)\n r5 |= r6\n if r5 == 0x1234 goto +1\n",
                "r5 = *(u32 *)(r2 +3)\n r5 = be32 r5\n r5 += 77\n if w5 == 0x12345678 goto +1\n",
                "r5 = *(u16 *)(r2 +3)\n r5 &= 0xff0\n r5 >>= 4\n if r5 == 0x5a goto +1\n",
                "r5 = *(u32 *)(r2 +8)\n r6 = *(u32 *)(r2 +12)\n r5 ^= r6\n if w5 == 0x7654321 goto +1\n",
                "r5 = *(u8 *)(r2 +9)\n r6 = 1\n r6 <<= r5\n r7 = 0x400000000001 ll\n r6 &= r7\n if r6 != 0 goto +1\n",
                "r5 = *(u16 *)(r2 +9)\n r5 *= 3\n if r5 == 999 goto +1\n",
                "r5 = *(s16 *)(r2 +6)\n if r5 s< -32000 goto +1\n",
                "r3 -= r2\n if r3 == 777 goto +1\n"
            })
    void solvesWhatIsCompared(String comparison) {
        ProgramSpec spec = ProgramSpec.of(
                "solved",
                new Assembler()
                        .read("""
                                r2 = *(u32 *)(r1 +0)
                                r3 = *(u32 *)(r1 +4)
                                r4 = r2
                                r4 += 60
                                r0 = 1
                                if r4 <= r3 goto +1
                                exit
                                """ + comparison + " exit\n r0 = 2\n exit\n")
                        .code());
        try (ScratchMaps none = ScratchMaps.of(List.of())) {
            InputSearch.Result result = InputSearch.run(spec, facts(spec, List.of()), none, new ScratchHost(), SOLVING);
            assertEquals(List.of(), result.coverage().missed());
            assertEquals(1, result.coverage().share());
        }
    }

    @Test
    void theSameProgramGetsTheSameInputs() throws IOException {
        Object[] first = examples().findFirst().orElseThrow().get();
        ProgramSpec spec = (ProgramSpec) first[1];
        List<InputSearch.Result> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (ScratchMaps scratch = ScratchMaps.of(maps(first))) {
                results.add(InputSearch.run(spec, facts(spec, maps(first)), scratch, new ScratchHost(), EFFORT));
            }
        }
        assertEquals(results.get(0), results.get(1));
    }

    @SuppressWarnings("unchecked") // the arguments of this class
    private static List<MapSpec> maps(Object[] arguments) {
        return (List<MapSpec>) arguments[2];
    }
}
