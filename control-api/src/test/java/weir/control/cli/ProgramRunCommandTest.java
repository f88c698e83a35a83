// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureInterface;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

class ProgramRunCommandTest {
    private static final String SAMPLE = example("sample.pcap");
    private static final String SET_SYNTAX =
            "write MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35), addresses or hex:BYTES";

    private static final String ZERO_RULE = "000000000000000000000000000000000000000000000000";

    @TempDir
    private Path folder;

    private static CommandRun run(String... args) {
        return CommandRun.of(
                Stream.concat(Stream.of("program", "run"), Arrays.stream(args)).toArray(String[]::new));
    }

    @Test
    void countsVerdictsAndShowsMapsByTheirTypes() {
        String out = run(example("counters.o"), "--pcap", SAMPLE).succeeds().out();

        for (String line : List.of(
                "program count_protocols (section xdp) on 12 frames of " + SAMPLE,
                "XDP_DROP       1   8.3%",
                "XDP_PASS      11  91.7%",
                "map counters: PERCPU_ARRAY, key 4 bytes, value 16 bytes: 7 of 8 entries not zero",
                "  IPV4       { packets = 7, bytes = 379 }")) {
            assertTrue(out.lines().anyMatch(line::equals), () -> line + " is missing in " + out);
        }
        assertTrue(out.contains(" ns a frame (median; fastest "), out);
    }

    @Test
    void jsonHasWhatIsPromised() {
        JsonNode json = run(
                        example("counters.o"), "--pcap", SAMPLE, "-o", "json", "--repeat", "3", "--map-entries", "1")
                .succeeds()
                .json();

        assertEquals(
                List.of(
                        "program",
                        "section",
                        "type",
                        "engine",
                        "frames",
                        "runs",
                        "skipped",
                        "cut",
                        "written",
                        "ns_per_frame",
                        "verdicts",
                        "redirects",
                        "faults",
                        "trace",
                        "events",
                        "maps"),
                List.copyOf(json.propertyNames()));
        assertEquals(12, json.get("frames").asInt());
        assertEquals(36, json.get("runs").asInt());
        assertTrue(json.get("written").isNull());
        assertEquals(11, json.get("verdicts").get("XDP_PASS").asInt());
        JsonNode map = json.get("maps").get("counters");
        assertEquals(7, map.get("count").asInt());
        assertEquals(6, map.get("left_out").asInt());
        JsonNode entry = map.get("entries").get(0);
        assertEquals("ARP", entry.get("key").asString());
        assertEquals(6, entry.get("value").get(0).get("packets").asInt());
    }

    @Test
    void givesTheSameUnderBothEngines() {
        for (String program : List.of("counters.o", "drop_port.o", "bridge.o")) {
            List<String> interpreted = sortedWithoutTimes(program, "interpreter");
            List<String> compiled = sortedWithoutTimes(program, "jit");
            assertEquals(interpreted, compiled);
            assertTrue(interpreted.size() > 3, program);
        }
        JsonNode json = run(example("bridge.o"), "--pcap", SAMPLE, "--engine", "jit", "-o", "json")
                .succeeds()
                .json();
        assertEquals("checked-jit", json.get("engine").asString());
    }

    @Test
    void compilesWhatIsVerifiedUnlessToldOtherwise() {
        assertEquals("checked-jit", engineOf("counters.o"));
        assertEquals("unchecked-jit", engineOf("counters.o", "--unchecked"));
        assertEquals("checked-interpreter", engineOf("counters.o", "--engine", "interpreter"));
        assertEquals("checked-interpreter", engineOf("counters.o", "--unverified"));
        run(example("counters.o"), "--pcap", SAMPLE, "--engine", "interpreter", "--unchecked")
                .fails(
                        ExitCode.USAGE,
                        "--unchecked is for --engine jit: the interpreter always checks",
                        "'weir program run --help' shows how to call it");
    }

    private static String engineOf(String program, String... options) {
        List<String> line = new ArrayList<>(List.of(example(program), "--pcap", SAMPLE, "-o", "json"));
        line.addAll(List.of(options));
        return run(line.toArray(String[]::new)).succeeds().json().get("engine").asString();
    }

    private static List<String> sortedWithoutTimes(String program, String engine) {
        return run(example(program), "--pcap", SAMPLE, "--engine", engine)
                .succeeds()
                .out()
                .lines()
                .filter(line -> !line.contains(" ns a frame"))
                .sorted() // a hash has an order of its own in each run
                .toList();
    }

    @Test
    void setsMapsFirst() {
        JsonNode json = run(example("drop_port.o"), "--pcap", SAMPLE, "--set", "blocked_ports:53=0", "-o", "json")
                .succeeds()
                .json();

        assertEquals(2, json.get("verdicts").get("XDP_DROP").asInt());
        JsonNode entry = json.get("maps").get("blocked_ports").get("entries").get(0);
        assertEquals(53, entry.get("key").asInt());
        assertEquals(2, entry.get("value").asInt());
    }

    @Test
    void givesEachInterfaceAPort() {
        String out = run(example("bridge.o"), "--pcap", example("two_ports.pcapng"))
                .succeeds()
                .out();
        assertTrue(out.contains("redirected to port 1: 4 frames"), out);
        assertTrue(out.contains("redirected to port 2: 3 frames"), out);

        JsonNode onePort = run(example("bridge.o"), "--pcap", example("two_ports.pcapng"), "--port", "7", "-o", "json")
                .succeeds()
                .json();
        assertEquals(8, onePort.get("verdicts").get("XDP_DROP").asInt());
    }

    @Test
    void writesFramesThatLiveWithTheVerdictAsComment() throws IOException {
        Path out = folder.resolve("out.pcapng");
        run(example("bridge.o"), "--pcap", example("two_ports.pcapng"), "--out", out.toString())
                .succeeds();

        try (CaptureReader reader = CaptureReader.open(Files.newInputStream(out))) {
            CaptureFrame first = reader.next();
            assertNotNull(first);
            assertEquals("bridge: XDP_PASS", first.comment());
            assertEquals("port1", first.source().name());
            CaptureFrame second = reader.next();
            assertNotNull(second);
            assertEquals("bridge: XDP_REDIRECT to port 1", second.comment());
            int more = 0;
            while (reader.next() != null) {
                more++;
            }
            assertEquals(6, more);
        }
    }

    @Test
    void writesFramesAsTheProgramLeftThem() throws IOException {
        Path out = folder.resolve("out.pcap");
        run(testObject("vlan.o"), "--pcap", SAMPLE, "--out", out.toString(), "--program", "vlan_push")
                .succeeds();

        try (CaptureReader before = CaptureReader.open(Files.newInputStream(Path.of(SAMPLE)));
                CaptureReader after = CaptureReader.open(Files.newInputStream(out))) {
            CaptureFrame plain = before.next();
            CaptureFrame tagged = after.next();
            assertNotNull(plain);
            assertNotNull(tagged);
            assertEquals(plain.bytes().length + 4, tagged.bytes().length);
            assertEquals(0x81, Byte.toUnsignedInt(tagged.bytes()[12]));
        }
    }

    @Test
    void showsFaultsWithInstructionAndLineOfC() throws IOException {
        String object = example("no_bounds_check.o");
        CommandRun run = run(object, "--pcap", SAMPLE, "--unverified");

        assertEquals(1, run.exitCode(), run::err);
        assertTrue(run.out().contains("faults: 12 frames"), run::out);
        assertTrue(
                run.out()
                        .contains(
                                "read of memory that the program may not read: the address is in or around the frame"),
                run::out);
        assertTrue(run.out().matches("(?s).*\\./no_bounds_check\\.c:\\d+: if \\(packet\\[2000\\] == 0\\).*"), run::out);
    }

    @Test
    void refusesWhatTheVerifierRejectsAndSaysWhy() {
        CommandRun run = run(example("no_bounds_check.o"), "--pcap", SAMPLE);

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        assertEquals("", run.out());
        List<String> lines = run.err().lines().toList();
        assertTrue(lines.getFirst().startsWith("./no_bounds_check.c:11:9: error: invalid access to packet"), run::err);
        assertEquals(
                List.of(
                        "weir: program no_bounds_check is rejected by the verifier, and was not run",
                        "hint: --unverified runs it all the same, in an interpreter that checks every access"),
                lines.subList(lines.size() - 2, lines.size()));
    }

    @Test
    void compilesVerifiedProgramsOnly() {
        String object = example("no_bounds_check.o");
        assertEquals(
                ExitCode.PROGRAM_REJECTED.number(),
                run(object, "--pcap", SAMPLE, "--engine", "jit").exitCode());
        run(object, "--pcap", SAMPLE, "--engine", "jit", "--unverified")
                .fails(
                        ExitCode.USAGE,
                        "--unverified is for --engine interpreter: only verified programs are compiled",
                        "'weir program run --help' shows how to call it");
    }

    private static String[] with(String[] args, String more) {
        return Stream.concat(Arrays.stream(args), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void refusesTailCalledProgramsThatAreRejected() {
        String[] args = {testObject("mistakes.o"), "--pcap", SAMPLE, "--program", "tail_call_right", "--set"};
        run(with(args, "jumps:0=packet_bounds_right")).succeeds();
        CommandRun run = run(with(args, "jumps:0=packet_bounds_wrong"));

        assertEquals(ExitCode.PROGRAM_REJECTED.number(), run.exitCode());
        assertTrue(
                run.err().contains("weir: program packet_bounds_wrong is rejected by the verifier, and was not run"),
                run::err);
    }

    @Test
    void runsBareInstructionsWithMaps() {
        // key 0 at fp-4; value = lookup(map0, key); if there is one: *value += 1; return XDP_TX
        String code = "b702000000000000 632afcff00000000 bfa2000000000000 07020000fcffffff 1811000000000000"
                + " 0000000000000000 8500000001000000 1500030000000000 7901000000000000 0701000001000000"
                + " 7b10000000000000 b700000003000000 9500000000000000";
        JsonNode json = run("--raw", code, "--map", "array:4:8:1", "--pcap", SAMPLE, "-o", "json")
                .succeeds()
                .json();

        assertEquals("raw", json.get("program").asString());
        assertEquals(12, json.get("verdicts").get("XDP_TX").asInt());
        assertEquals(12, json.at("/maps/map0/entries/0/value").asInt());
    }

    @Test
    void runsBareInstructionsWithMapsOfMaps() {
        // r0 = map1[0], or return XDP_DROP; r0 = its entry 0, or return XDP_ABORTED; *r0 += 1; return XDP_TX
        String code = "b702000000000000 632afcff00000000 bfa2000000000000 07020000fcffffff 1811000001000000"
                + " 0000000000000000 8500000001000000 5500020000000000 b700000001000000 9500000000000000"
                + " bf01000000000000 bfa2000000000000 07020000fcffffff 8500000001000000 1500040000000000"
                + " 6101000000000000 0701000001000000 6310000000000000 b700000003000000 9500000000000000";
        String[] args = {
            "--raw",
            code,
            "--map",
            "array:4:4:1",
            "--map",
            "array_of_maps:4:4:1:inner=0",
            "--pcap",
            SAMPLE,
            "-o",
            "json"
        };
        for (String[] each : List.of(args, with(args, "--engine=interpreter"), with(args, "--unchecked"))) {
            assertEquals(
                    12, run(each).succeeds().json().at("/verdicts/XDP_DROP").asInt());
            JsonNode json = run(with(each, "--set=map1:0=map0")).succeeds().json();
            assertEquals(12, json.at("/verdicts/XDP_TX").asInt());
            assertEquals(12, json.at("/maps/map0/entries/0/value").asInt());
        }
    }

    @Test
    void refusesWhatIsNoCapture() {
        run(example("bridge.o"), "--pcap", example("bridge.o"))
                .fails(
                        ExitCode.FAILURE,
                        example("bridge.o") + ": byte 0: this is an ELF file, not a capture",
                        "captures come from 'tcpdump -w FILE' or Wireshark");
        run(example("bridge.o"), "--pcap", "none.pcap")
                .fails(ExitCode.NOT_FOUND, "no file none.pcap", "captures come from 'tcpdump -w FILE' or Wireshark");
    }

    @Test
    void runsOnWhatIsWholeOfACutFileWhenAsked() throws IOException {
        Path cut = Files.write(folder.resolve("cut.pcap"), Arrays.copyOf(Files.readAllBytes(Path.of(SAMPLE)), 400));
        run(example("bridge.o"), "--pcap", cut.toString())
                .fails(
                        ExitCode.FAILURE,
                        cut + ": byte 368: the file ends inside a frame: 32 of 51 bytes are there",
                        "--count 5 runs on the frames before that");
        run(example("bridge.o"), "--pcap", cut.toString(), "--count", "5").succeeds();
    }

    @Test
    void saysSoWhenThereAreNoFrames() throws IOException {
        Path empty = capture(LinkType.ETHERNET);
        String out =
                run(example("bridge.o"), "--pcap", empty.toString()).succeeds().out();
        assertTrue(out.contains("no frames: the program was loaded, and not run"), out);
    }

    @Test
    void doesNotRunOnFramesWithoutAHeader() throws IOException {
        JsonNode json = run(
                        example("bridge.o"),
                        "--pcap",
                        capture(LinkType.ETHERNET, 13, 14).toString(),
                        "-o",
                        "json")
                .succeeds()
                .json();
        assertEquals(1, json.get("frames").asInt());
        assertEquals(1, json.get("skipped").get("shorter_than_14_bytes").asInt());
    }

    @Test
    void refusesOtherLinkTypesByName() throws IOException {
        run(example("bridge.o"), "--pcap", capture(101, 20).toString())
                .fails(
                        ExitCode.FAILURE,
                        "frame 1 is of link type RAW (IP without link header), number 101; XDP programs take Ethernet frames",
                        "capture on one Ethernet interface: tcpdump -i eth0 -w file.pcap");
    }

    /** A capture of zeros. */
    private Path capture(int linkType, int... lengths) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter out = CaptureWriter.pcap(bytes, linkType)) {
            for (int length : lengths) {
                out.write(CaptureFrame.of(new CaptureInterface(0, "", linkType, 0), 0, new byte[length]));
            }
        }
        return Files.write(folder.resolve("frames.pcap"), bytes.toByteArray());
    }

    @Test
    void asksWhichProgramWhenThereAreSeveral() {
        run(testObject("loop_sum.o"), "--pcap", SAMPLE)
                .fails(
                        ExitCode.USAGE,
                        testObject("loop_sum.o") + " has 2 XDP programs",
                        "choose one with --program: loop_sum, loop_packet");
    }

    @Test
    void namesWhatCannotBeSet() {
        String object = example("drop_port.o");
        run(object, "--pcap", SAMPLE, "--set", "blocked:1=1")
                .fails(ExitCode.NOT_FOUND, "no map 'blocked' to set", "maps are blocked_ports");
        run(object, "--pcap", SAMPLE, "--set", "blockedports:1=1")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no map 'blockedports' to set",
                        "did you mean 'blocked_ports'? maps are blocked_ports");
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports=1")
                .fails(ExitCode.USAGE, "'blocked_ports=1' sets nothing", SET_SYNTAX);
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports:65536=1")
                .fails(ExitCode.USAGE, "key '65536' of map blocked_ports does not fit 2 bytes", SET_SYNTAX);
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports:hex:00=1")
                .fails(
                        ExitCode.USAGE,
                        "key 'hex:00' of map blocked_ports has 1 byte, needed are 2",
                        "write all 2 bytes, in the order of memory");
    }

    @ParameterizedTest
    @CsvSource({
        "lpm_filter, rules:10.1.0.0/16=hex:" + ZERO_RULE + ", length = 16;address = [10; 1; 0; 0]",
        "lpm_filter, rules:198.18.0.1=hex:" + ZERO_RULE + ", length = 32;address = [198; 18; 0; 1]",
        "lpm_filter, rules:hex:08000000ff000000=hex:" + ZERO_RULE + ", length = 8;address = [255; 0; 0; 0]",
        "messages, neighbours:198.18.0.7=02:00:5e:0:0:ff, [2; 0; 94; 0; 0; 255]",
        "messages, neighbours:7=hex:0a0b0c0d0e0f, [10; 11; 12; 13; 14; 15]",
        "messages, first:=hex:0700000040000000, { number = 7; length = 64 }"
    })
    void takesKeysAndValuesAsPeopleWriteThem(String object, String setting, String shown) {
        String out = run(testObject(object + ".o"), "--program", object, "--pcap", SAMPLE, "--set", setting)
                .succeeds()
                .out();
        for (String part : shown.replace("; ", ", ").split(";", -1)) {
            assertTrue(out.contains(part), () -> part + " is missing in " + out);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            lpm_filter | rules:10.1.0.0/33=0    | key '10.1.0.0/33' of map rules: the length of a prefix is 0 to 32 bits
            lpm_filter | rules:10.1.0.0/=0      | key '10.1.0.0/' of map rules: the length of a prefix is 0 to 32 bits
            lpm_filter | rules:2001:db8::/32=0  | key '2001:db8::/32' of map rules is an address of 16 bytes, the trie's have 4
            lpm_filter | rules:10.1/16=0        | key '10.1/16' of map rules is no IPv4 or IPv6 address
            lpm_filter | rules:7=0              | key '7' of map rules is no prefix
            lpm_filter | rules:10.1.0.0/16=10.0.0.1 | value '10.0.0.1' of map rules is an address of 4 bytes, needed are 24
            messages   | neighbours:1=02:00:00  | value '02:00:00' of map neighbours is no IPv4 or IPv6 address
            messages   | neighbours:02:00:00:00:00:01=1 | key '02:00:00:00:00:01' of map neighbours is a MAC address of 6 bytes, needed are 4
            messages   | sizes:=10.0.0.1        | value '10.0.0.1' of map sizes is an address, but its type does not say so, and may want another byte order
            messages   | sizes:1=1              | map sizes has no keys, '1' is none
            messages   | events:=1              | map events (RINGBUF, 4,096 bytes) does not take =1: only programs write to it
            messages   | next:2=last            | map next (PROG_ARRAY, key 4 bytes, value 4 bytes, 2 entries) does not take 2=last: keys are 0 to 1
            """)
    void refusesEntriesBeforeAnythingIsLoaded(String object, String setting, String cause) {
        CommandRun run = run(testObject(object + ".o"), "--program", object, "--pcap", SAMPLE, "--set", setting);
        assertEquals(2, run.exitCode(), run::err);
        assertEquals("weir: " + cause, run.err().lines().findFirst().orElseThrow());
    }

    /** The program would not load either: what was typed is looked at first. */
    @Test
    void checksEntriesBeforeTheProgram() {
        run(testObject("externs.o"), "--program", "timestamp", "--pcap", SAMPLE, "--set", "nosuch:1=1")
                .fails(ExitCode.NOT_FOUND, "no map 'nosuch' to set", "maps are .kconfig");
        run(testObject("messages.o"), "--program", "messages", "--pcap", SAMPLE, "--set", "next:0=lats")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no XDP program 'lats' for map next",
                        "did you mean 'last'? programs are messages, last, shorten");
    }

    @Test
    void callsWhatAProgramArrayIsSetTo() {
        JsonNode json = run(
                        testObject("messages.o"),
                        "--program=messages",
                        "--pcap",
                        SAMPLE,
                        "--set=next:0=last",
                        "-o=json")
                .succeeds()
                .json();
        assertEquals(12, json.get("verdicts").get("XDP_DROP").asInt());
    }

    @Test
    void showsWhatIsInMapsWithoutKeys() {
        CommandRun run = run(testObject("messages.o"), "--program", "messages", "--pcap", SAMPLE, "--count", "5");
        String out = run.succeeds().out();
        for (String line : List.of(
                "map first: QUEUE, value 8 bytes: 5 of 8 entries, the next to pop first",
                "  { number = 1, length = 42 }",
                "map lengths: STACK, value 8 bytes: 4 of 4 entries, the next to pop first",
                "records through events: 3 records, 2 more discarded by the program",
                "  1      -         8  0x010000002a000000",
                "  2      -         8  (discarded)",
                "records through samples: 5 records",
                "  1        0       8  0x010000002a000000 frame 0xffffffffffff0200000000010806")) {
            assertTrue(out.lines().anyMatch(line::equals), () -> line + " is missing in " + out);
        }
        assertTrue(out.contains("of 1,024 bits set by 5 hash functions; takes "), out);
    }

    @Test
    void boundsWhatItShowsOfMapsWithoutKeys() {
        JsonNode json = run(
                        testObject("messages.o"),
                        "--program=messages",
                        "--pcap",
                        SAMPLE,
                        "--count=6",
                        "--map-entries=2",
                        "-o=json")
                .succeeds()
                .json();
        JsonNode queue = json.get("maps").get("first");
        assertEquals(6, queue.get("count").asInt());
        assertEquals(4, queue.get("left_out").asInt());
        assertTrue(queue.get("entries").get(1).get("key").isNull());
        assertEquals(2, queue.get("entries").get(1).get("value").get("number").asInt());
        JsonNode ring = json.get("events").get("events");
        assertEquals(3, ring.get("count").asInt());
        assertEquals(3, ring.get("discarded").asInt());
        assertEquals(4, ring.get("left_out").asInt());
        assertEquals(2, ring.get("records").size());
        assertTrue(ring.get("records").get(1).get("discarded").asBoolean());
        assertTrue(json.get("maps")
                        .get("sizes")
                        .get("entries")
                        .get(0)
                        .get("value")
                        .get("set_bits")
                        .asInt()
                > 0);
    }

    /** A ring of 4096 bytes has room for 255 records of 8 bytes: somebody must read them. */
    @Test
    void readsRingBuffersBehindEachRun() {
        JsonNode json = run(testObject("messages.o"), "--program=messages", "--pcap", SAMPLE, "--repeat=100", "-o=json")
                .succeeds()
                .json();
        assertEquals(600, json.get("events").get("events").get("count").asInt());
        assertEquals(12, json.get("verdicts").get("XDP_PASS").asInt());
    }

    @Test
    void repeatsOnTheFrameAsItWasCaptured() throws IOException {
        JsonNode json = run(
                        testObject("messages.o"),
                        "--program=shorten",
                        "--pcap",
                        capture(LinkType.ETHERNET, 60).toString(),
                        "--repeat=20",
                        "-o=json")
                .succeeds()
                .json();
        assertEquals(1, json.get("verdicts").get("XDP_PASS").asInt());
    }

    /** {@code prog_b} is renamed to {@code prog_a}. */
    @Test
    void tellsProgramsOfOneNameApart() throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(testObject("same_names.o")));
        String renamed = new String(bytes, StandardCharsets.ISO_8859_1).replace("prog_b\0", "prog_a\0");
        Path object = Files.write(folder.resolve("same.o"), renamed.getBytes(StandardCharsets.ISO_8859_1));

        run(object.toString(), "--pcap", SAMPLE)
                .fails(
                        ExitCode.USAGE,
                        object + " has 2 XDP programs",
                        "choose one with --program: xdp/one:prog_a, xdp/two:prog_a");
        run(object.toString(), "--pcap", SAMPLE, "--program", "prog_a")
                .fails(
                        ExitCode.USAGE,
                        object + " has 2 programs 'prog_a'",
                        "choose one by section and name: xdp/one:prog_a, xdp/two:prog_a");
        JsonNode json = run(object.toString(), "--pcap", SAMPLE, "--program", "xdp/one:prog_a", "-o", "json")
                .succeeds()
                .json();
        assertEquals(12, json.get("verdicts").get("XDP_TX").asInt(), "it tail-calls the other");
        JsonNode listed = CommandRun.of("program", "disasm", object.toString(), "-o", "json")
                .succeeds()
                .json();
        assertEquals(
                List.of("xdp/one:prog_a", "xdp/two:prog_a"),
                List.copyOf(listed.get("programs").propertyNames()));
    }

    @Test
    void suggestsAProgramWithANameLikeTheOneTyped() {
        run(testObject("loop_sum.o"), "--pcap", SAMPLE, "--program", "lop_sum")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no program 'lop_sum' in " + testObject("loop_sum.o"),
                        "did you mean 'loop_sum'? programs are loop_sum, loop_packet");
    }

    @Test
    void refusesToOverwriteWhatItReads() throws IOException {
        Path copy = Files.copy(Path.of(SAMPLE), folder.resolve("copy.pcap"));
        run(example("bridge.o"), "--pcap", copy.toString(), "--out", copy.toString())
                .fails(ExitCode.USAGE, "--out " + copy + " would overwrite what is read", "name another file");
    }

    @Test
    void refusesNumbersOutOfRange() {
        for (List<String> wrong :
                List.of(List.of("--repeat", "0"), List.of("--port", "65536"), List.of("--map-entries", "-1"))) {
            CommandRun run = run(example("bridge.o"), "--pcap", SAMPLE, wrong.getFirst(), wrong.getLast());
            assertEquals(2, run.exitCode(), run::err);
            assertTrue(run.err().contains(wrong.getFirst() + " " + wrong.getLast() + ": allowed is "), run::err);
        }
    }

    @Test
    void isTheSameInEveryRun() {
        List<JsonNode> runs = IntStream.range(0, 2)
                .mapToObj(i -> run(testObject("global_data.o"), "--pcap", SAMPLE, "-o", "json")
                        .succeeds()
                        .json())
                .toList();
        assertEquals(runs.get(0).get("maps"), runs.get(1).get("maps"));
        assertEquals(runs.get(0).get("trace"), runs.get(1).get("trace"));
    }
}
