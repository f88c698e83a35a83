// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

class ProgramVerifyCommandTest {
    private static final String PASS = "b7000000020000009500000000000000";
    private static final String RAW_HINT =
            "write 16 digits for each instruction, its bytes in the order of memory: b700000002000000 is r0 = 2";
    private static final String MAP_HINT =
            "write TYPE:KEY:VALUE:MAX[:FLAGS][:inner=INDEX], sizes in bytes, as in hash:4:8:1024";
    private static final String INNER_HINT = "array:4:8:16 as the first map, array_of_maps:4:4:8:inner=0 as the second";
    private static final String VERIFY_HINT = "'weir program verify --help' shows how to call it";
    private static final String CASES_HINT =
            "docs/verifier.md has the format: {\"cases\": [{\"name\", \"expected\", \"insns\"}]}";

    @TempDir
    private Path folder;

    private static CommandRun verify(String... args) {
        return CommandRun.of(Stream.concat(Stream.of("program", "verify"), Arrays.stream(args))
                .toArray(String[]::new));
    }

    private static String withoutTime(String text) {
        return text.replaceAll("[\\d,]+\\.\\d ms", "TIME");
    }

    @Test
    void saysWhatAnAcceptedProgramTook() {
        assertEquals(
                """
                null_pointer_right (section xdp): accepted: 14 instructions walked, 1 state stored, 8 bytes of stack, TIME

                1 program, accepted
                """.replaceAll("\\d+ (instr|state|bytes)", "N $1"),
                withoutTime(verify(testObject("mistakes.o"), "--program", "null_pointer_right")
                                .succeeds()
                                .out())
                        .replaceAll("\\d+ (instr|state|bytes)", "N $1"));
    }

    /** The caret stands below the column, though the line has a tab. */
    @Test
    void tellsOfARejectionLikeACompiler() {
        CommandRun run = verify(testObject("mistakes.o"), "--program", "packet_bounds_wrong");

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        assertEquals("", run.err());
        assertEquals("""
                packet_bounds_wrong (section xdp): rejected: 7 instructions walked, 0 states stored, TIME
                ./mistakes.c:49:16: error: invalid access to packet, off=23 size=1, R1(id=0,off=23,r=14): R1 offset is outside of the packet
                   49 |     return      ip->protocol == IPPROTO_UDP ? XDP_DROP : XDP_PASS;
                      |                     ^
                  instruction 6: r1 = *(u8 *)(r1 +23)
                  rule: bytes of the frame are compared with data_end before they are used
                  required: byte 23 compared with data_end before
                  found: r1 holds a pointer into the frame; the first 14 bytes were compared with data_end
                  state: R1=pkt(r=14)
                  reached by:
                    line 47, instruction 5: if r3 > r2 goto pc+4: not taken  // if ((void *)(eth + 1) > end)
                  hint: test the same pointer first, up to its last byte: if ((void *)(ptr + 1) > data_end) return XDP_PASS;

                1 program, rejected
                """, withoutTime(run.out()));
    }

    @Test
    void verifiesAllXdpProgramsAndCountsThem() {
        CommandRun run = verify(testObject("mistakes.o"));

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        assertEquals(
                9,
                run.out()
                        .lines()
                        .filter(line -> line.contains(" (section xdp): accepted: "))
                        .count());
        assertEquals(
                8,
                run.out()
                        .lines()
                        .filter(line -> line.contains(" (section xdp): rejected: "))
                        .count());
        assertTrue(run.out().endsWith("\n17 programs: 9 accepted, 8 rejected\n"), run::out);
    }

    /** Mistakes are named after the rule that they break. */
    @Test
    void namesTheRuleThatIsBroken() {
        JsonNode programs =
                verify(testObject("mistakes.o"), "-o", "json").json().get("programs");

        for (Map.Entry<String, JsonNode> each : programs.properties()) {
            boolean isRight = each.getKey().endsWith("_right");
            assertEquals(
                    isRight ? "accepted" : "rejected",
                    each.getValue().get("verdict").asString(),
                    each.getKey());
            if (!isRight) {
                JsonNode violation = each.getValue().get("violations").get(0);
                assertEquals(
                        each.getKey().replace("_wrong", ""),
                        violation.get("kind").asString());
                assertTrue(violation.get("source").get("line").asInt() > 0, each.getKey());
            }
        }
    }

    @Test
    void documentedMistakesAreThoseThatAreTested() throws IOException {
        Path root = Path.of(System.getProperty("weir.root"));
        List<String> source = lines(Files.readString(root.resolve("ebpf-engine/src/test/ebpf/mistakes.c")));
        String page = Files.readString(root.resolve("docs/verifier.md"));
        List<String> shown = Arrays.stream(page.split("```"))
                .filter(block -> block.startsWith("c\n"))
                .flatMap(block -> lines(block.substring(2)).stream())
                .toList();

        assertTrue(shown.size() > 20, page);
        shown.forEach(line -> assertTrue(source.contains(line), () -> "not in mistakes.c: " + line));
        for (String name : List.of(
                "packet_bounds",
                "null_pointer",
                "value_bounds",
                "unbounded_offset",
                "stack_undefined",
                "stale_packet",
                "reference_leak",
                "infinite_loop")) {
            assertTrue(page.contains('`' + name + '`'), name);
        }
    }

    private static List<String> lines(String text) {
        return text.lines()
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Test
    void leavesProgramsOfOtherTypesOut() {
        String out = verify(testObject("other_types.o")).succeeds().out();

        assertTrue(out.contains("classify: not verified: section tc is not for XDP"), out);
        verify(testObject("other_types.o"), "--program", "classify")
                .fails(
                        ExitCode.FAILURE,
                        "program classify (section tc) is not for XDP",
                        "only XDP programs can be run, those with SEC(\"xdp\"); 'weir program disasm' shows all");
    }

    @Test
    void showsTheWalkWhenAskedTo() {
        String[] args = {example("bridge.o"), "--log-level"};
        assertFalse(verify(args[0], args[1], "0").succeeds().out().contains("log of"));
        String brief = verify(args[0], args[1], "1").succeeds().out();
        assertTrue(brief.contains("log of bridge:\n  ; int bridge(struct xdp_md *ctx) {"), brief);
        assertTrue(brief.contains("\n  0: "), brief);
        assertTrue(verify(args[0], args[1], "2").succeeds().out().length() > brief.length());
        verify(args[0], args[1], "3")
                .fails(
                        ExitCode.USAGE,
                        "--log-level 3: allowed is 0 to 2",
                        "'weir program verify --help' shows how to call it");
    }

    @Test
    void verifiesBareInstructions() {
        verify("--raw", PASS).succeeds();
        verify("--raw", "b700000002000000\n 9500000000000000 ").succeeds();
        CommandRun run = verify("--raw", "9500000000000000");
        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        assertTrue(run.out().contains("\nraw: instruction 0: error: R0 !read_ok\n"), run::out);
    }

    /** r1 = map0; r2 = fp-4 with key 0; lookup; read the value's last byte, or one behind it. */
    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void takesMapsByIndex(int offset) {
        String code = "b702000000000000 632afcff00000000 bfa2000000000000 07020000fcffffff 1811000000000000"
                + " 0000000000000000 8500000001000000 1500010000000000 7101" + "0" + offset + "0000000000"
                + " b700000002000000 9500000000000000";
        CommandRun run = verify("--raw", code, "--map", "hash:4:8:16:0x1");

        assertEquals(offset < 8 ? 0 : ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::out);
        assertEquals(offset == 8, run.out().contains("of map map0, size=8 off=8 access=1"), run::out);
    }

    /** As {@code weir program disasm} does. */
    @Test
    void namesMapsAndHelpersInInstructions() {
        String map = "1811000000000000 0000000000000000";
        CommandRun log =
                verify("--raw", map + "b700000002000000 9500000000000000", "--map", "array:4:8:1", "--log-level=1");
        assertTrue(log.succeeds().out().contains("\n  0: r1 = map[map0]  ; R1=map_ptr"), log::out);

        CommandRun unreachable = verify("--raw", PASS + map + "9500000000000000", "--map", "array:4:8:1");
        assertTrue(unreachable.out().contains("\n  instruction 2: r1 = map[map0]\n"), unreachable::out);

        CommandRun call = verify("--raw", "8500000001000000 9500000000000000");
        assertTrue(call.out().contains("\n  instruction 0: call bpf_map_lookup_elem#1\n"), call::out);
    }

    /** Where a walk is long, the end is what tells: there stands the refusal. */
    @Test
    void keepsTheEndOfALongLog() {
        // r1 = 0; do r1 += 1 while (r1 < 200000); r0 = *(u8 *)r1
        String code = "b701000000000000 0701000001000000 a501feff400d0300 7110000000000000 9500000000000000";
        String[] args = {"--raw", code, "--log-level", "1", "-o", "json"};
        JsonNode program = verify(args).json().at("/programs/raw");

        String log = program.get("log").asString();
        assertTrue(
                log.endsWith("\n3: r0 = *(u8 *)(r1 +0)\nR1 invalid mem access 'scalar'\n"),
                () -> log.substring(log.length() - 100));
        int lines = program.at("/log_left_out/lines").asInt();
        assertTrue(lines > 1_000, () -> "left out: " + lines);
        assertTrue(program.at("/log_left_out/bytes").asInt() > 10 * lines);
        String text = verify(Arrays.copyOf(args, 4)).out();
        String first = String.format(
                Locale.ROOT,
                "log of raw:\n  ... %,d lines before this, %,d bytes, are left out\n  ",
                lines,
                program.at("/log_left_out/bytes").asInt());
        assertTrue(text.startsWith(first), () -> text.substring(0, 200));

        JsonNode brief = verify("--raw", PASS, "--log-level", "1", "-o", "json").json();
        assertEquals(0, brief.at("/programs/raw/log_left_out/lines").asInt());
        assertFalse(
                verify("--raw", PASS, "-o", "json").json().at("/programs/raw").has("log_left_out"));
    }

    /** r1 = map1[0], a map like map0; r0 = its value at 0; read byte 7 of it, or one behind. */
    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void takesMapsOfMaps(int offset) {
        String code = "b702000000000000 632afcff00000000 bfa2000000000000 07020000fcffffff 1811000001000000"
                + " 0000000000000000 8500000001000000 1500060000000000 bf01000000000000 bfa2000000000000"
                + " 07020000fcffffff 8500000001000000 1500010000000000 7101" + "0" + offset + "0000000000"
                + " b700000002000000 9500000000000000";
        CommandRun run = verify("--raw", code, "--map", "hash:4:8:16", "--map", "array_of_maps:4:4:2:0:inner=0");

        assertEquals(offset < 8 ? 0 : ExitCode.PROGRAM_REJECTED.number(), run.exitCode(), run::out);
        assertEquals(offset == 8, run.out().contains("of map map0, size=8 off=8 access=1"), run::out);
    }

    @Test
    void malformedInstructionsAreARejection() {
        CommandRun run = verify("--raw", "b700000002000000ff00000000000000", "-o", "json");
        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        JsonNode violation = run.json().at("/programs/raw/violations/0");
        assertEquals("form", violation.get("kind").asString());
        assertEquals(1, violation.get("instruction").asInt());
        assertEquals("unknown opcode 0xff", violation.get("message").asString());
    }

    static Stream<Arguments> wrongInput() {
        return Stream.of(
                Arguments.of(
                        List.of(),
                        "missing required parameter: 'FILE'",
                        "name an object file, or give instructions with --raw HEX"),
                Arguments.of(
                        List.of("x.o", "--raw", PASS),
                        "both FILE and --raw were given",
                        "give an object file or instructions"),
                Arguments.of(
                        List.of("x.o", "--map", "hash:4:4:4"),
                        "--map is for --raw; object files have their maps",
                        "leave --map away"),
                Arguments.of(List.of("--raw", ""), "there are no instructions", RAW_HINT),
                Arguments.of(
                        List.of("--raw", PASS + "b"),
                        "33 hexadecimal digits are 2 whole instructions and 1 digits",
                        RAW_HINT),
                Arguments.of(
                        List.of("--raw", "b7g"),
                        "character 3 of the instructions, 'g', is no hexadecimal digit",
                        RAW_HINT),
                Arguments.of(
                        List.of("--raw", "b7\u0007"),
                        "character 3 of the instructions, '\\u0007', is no hexadecimal digit",
                        RAW_HINT),
                Arguments.of(List.of("--raw", PASS, "--map", "hash"), "'hash' is no map", MAP_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "hash:4:8:16:0:0"), "'hash:4:8:16:0:0' is no map", MAP_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "hash:4:x:16"),
                        "'x' in map 'hash:4:x:16' is not a number",
                        MAP_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "hash:4:99999999999:16"),
                        "map0: 99999999999 does not fit 32 bits",
                        MAP_HINT),
                Arguments.of(List.of("--raw", PASS, "--map", "hash:4:8:-1"), "map0: -1 does not fit 32 bits", MAP_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "tree:4:8:16"),
                        "map0: unknown type 'tree'",
                        "types are hash, array, prog_array, perf_event_array, percpu_hash, percpu_array, lru_hash,"
                                + " lru_percpu_hash, lpm_trie, array_of_maps, hash_of_maps, devmap, cpumap, xskmap, queue,"
                                + " stack, devmap_hash, ringbuf, bloom_filter"),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "array_of_maps:4:4:8"),
                        "map0: array_of_maps holds maps; of what kind is not said",
                        "name an earlier map that they are like by its index: " + INNER_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "array_of_maps:4:4:8:inner=0"),
                        "map0: inner map 0 is none of the 0 before it",
                        "the inner map comes first: " + INNER_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "array:4:4:8", "--map", "hash:4:4:8:inner=0"),
                        "map1: hash holds no maps, but an inner map is given",
                        "leave the inner map away, or make the type array_of_maps or hash_of_maps"),
                Arguments.of(
                        List.of("--raw", PASS, "--map", "array:4:4:8", "--map", "hash_of_maps:4:4:8:0:inner=a"),
                        "'a' in map 'hash_of_maps:4:4:8:0:inner=a' is not a number",
                        MAP_HINT),
                Arguments.of(
                        List.of("--raw", PASS, "--engine", "jit"),
                        "--engine and --unchecked are for --cases: nothing else is run",
                        VERIFY_HINT),
                Arguments.of(
                        List.of("--cases", "x.json", "--engine", "interpreter", "--unchecked"),
                        "--unchecked is for --engine jit: the interpreter always checks",
                        VERIFY_HINT),
                Arguments.of(
                        List.of("--cases", "x.json", "--raw", PASS),
                        "--cases stands alone, without FILE, --raw, --map and --program",
                        "'weir program verify --help' shows how to call it"));
    }

    @ParameterizedTest
    @MethodSource("wrongInput")
    void refusesWrongInputInOneLine(List<String> args, String cause, String hint) {
        verify(args.toArray(String[]::new)).fails(ExitCode.USAGE, cause, hint);
    }

    @Test
    void refusesMapsThatLinuxWouldNotMake() {
        CommandRun run = verify("--raw", PASS, "--map", "array:3:8:1");
        assertEquals(ExitCode.USAGE.number(), run.exitCode());
        assertTrue(run.err().startsWith("weir: map 'map0': key_size"), run::err);
        assertEquals(2, run.err().lines().count(), run::err);
    }

    @Test
    void refusesFilesThatAreNoObjects() throws IOException {
        verify("none.o")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no file none.o",
                        "compile one with 'clang -O2 -g --target=bpf -c prog.c -o prog.o'");
        Path empty = Files.write(folder.resolve("empty.o"), new byte[0]);
        CommandRun run = verify(empty.toString());
        assertEquals(ExitCode.FAILURE.number(), run.exitCode());
        assertEquals(2, run.err().lines().count(), run::err);
        verify(testObject("mistakes.o"), "--program", "none")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no program 'none' in " + testObject("mistakes.o"),
                        "programs are packet_bounds_wrong, packet_bounds_right, null_pointer_wrong, null_pointer_right,"
                                + " value_bounds_wrong, value_bounds_right, unbounded_offset_wrong, unbounded_offset_right,"
                                + " stack_undefined_wrong, stack_undefined_right, stale_packet_wrong, stale_packet_right,"
                                + " reference_leak_wrong, reference_leak_right, infinite_loop_wrong, infinite_loop_right, tail_call_right");
    }

    @Test
    @RequiresFeature(Feature.SHARED_DATA)
    void givesTheVerdictsOfTheSharedCases() {
        CommandRun run = verify(
                "--cases",
                Feature.sharedData()
                        .resolve("conformance/verifier/examples.json")
                        .toString());
        assertTrue(run.succeeds().out().matches("\\d+ cases, \\d+ of them run: all as expected\n"), run::out);
    }

    @Test
    void showsWhatDiffersFromTheCases() throws IOException {
        CommandRun run = verify("--cases", VerifierCasesFile.in(folder).toString());

        assertEquals(ExitCode.FAILURE.number(), run.exitCode());
        assertEquals("""
                CASE               EXPECTED  VERDICT   DIFFERENCE
                unsafe after all   accept    reject    instruction 0: R0 !read_ok
                safe after all     reject    accept    accepted, but should be rejected
                other value        either    accept    retval is 2, expected 1
                other frame        accept    accept    packet_out has 16 bytes, expected 17
                other bytes        accept    accept    packet_out differs from byte 0: 02, expected 03
                other type         accept    unusable  prog_type is tc; programs are for xdp here
                short packet       accept    unusable  packet has 1 bytes; needed are 14 to 65536
                odd hex            accept    unusable  2 hexadecimal digits are 0 whole instructions and 2 digits
                no such map        accept    unusable  map0: unknown type 'tree'
                too long an entry  accept    unusable  init of map 0 has 4 and 5 bytes; needed are 4 and 4

                11 cases, 4 of them run: 1 as expected, 10 not
                """, run.out());
    }

    @Test
    void runsCasesOnAllEnginesOrThatWhichIsChosen() throws IOException {
        String cases = VerifierCasesFile.ofMaps(folder).toString();
        JsonNode run = verify("--cases", cases, "-o", "json").succeeds().json().at("/results/0/run");

        assertEquals(7, run.get("retval").asInt());
        assertEquals(
                "[\"checked-interpreter\",\"checked-jit\",\"unchecked-jit\"]",
                run.get("engines").toString());
        assertEquals("[\"checked-interpreter\"]", engines(cases, "--engine", "interpreter"));
        assertEquals("[\"checked-jit\"]", engines(cases, "--engine", "jit"));
        assertEquals("[\"unchecked-jit\"]", engines(cases, "--unchecked"));
    }

    private static String engines(String... args) {
        return verify(Stream.concat(Stream.of("-o", "json", "--cases"), Arrays.stream(args))
                        .toArray(String[]::new))
                .succeeds()
                .json()
                .at("/results/0/run/engines")
                .toString();
    }

    @Test
    void saysWhichInnerMapACaseLacks() throws IOException {
        String text = Files.readString(VerifierCasesFile.ofMaps(folder)).replace("\"00000000\"}", "\"09000000\"}");
        Path file = Files.writeString(folder.resolve("other.json"), text);

        assertEquals(
                "no map 9, which init of map 1 names",
                verify("--cases", file.toString(), "-o", "json")
                        .json()
                        .at("/results/0/difference")
                        .asString());
    }

    static Stream<Arguments> wrongCases() {
        return Stream.of(
                Arguments.of("{", ":1:2: not JSON: "),
                Arguments.of("[]", ": there is no array \"cases\" with something in it"),
                Arguments.of("{\"cases\": []}", ": there is no array \"cases\" with something in it"),
                Arguments.of("{\"cases\": [7]}", ": cases[0]: \"name\" is not a string"),
                Arguments.of(
                        "{\"cases\": [{\"name\": \"a\", \"expected\": \"maybe\"}]}",
                        ": cases[0]: \"expected\" is accept, reject or either, not \"maybe\""),
                Arguments.of(
                        "{\"cases\": [{\"name\": \"a\", \"expected\": \"accept\"}]}",
                        ": cases[0]: \"insns\" is missing"),
                Arguments.of(
                        "{\"cases\": [{\"name\": \"a\", \"expected\": \"accept\", \"insns\": [1]}]}",
                        ": cases[0]: \"insns\" holds something else than strings"),
                Arguments.of(
                        "{\"cases\": [{\"name\": \"a\", \"expected\": \"accept\", \"insns\": \"00\","
                                + " \"maps\": [{\"type\": \"hash\", \"key_size\": 1.5}]}]}",
                        ": cases[0]: \"key_size\" is not a whole number"),
                Arguments.of("[".repeat(100_000), ": not JSON: "));
    }

    @ParameterizedTest
    @MethodSource("wrongCases")
    void refusesCasesOfAnotherForm(String text, String cause) throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.json"), text);
        CommandRun run = verify("--cases", file.toString());

        assertEquals(ExitCode.FAILURE.number(), run.exitCode(), run::err);
        List<String> lines = run.err().lines().toList();
        assertTrue(
                lines.getFirst().startsWith("weir: " + file) && lines.getFirst().contains(cause), run::err);
        assertEquals(List.of("hint: " + CASES_HINT), lines.subList(1, lines.size()));
    }

    @Test
    void saysThatTheFileOfCasesIsNotThere() {
        verify("--cases", "none.json").fails(ExitCode.NOT_FOUND, "no file none.json", CASES_HINT);
    }
}
