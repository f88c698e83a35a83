// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;
import static weir.control.cli.ExamplePrograms.testObject;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureInterface;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

class ProgramRunCommandTest {
    private static final String SAMPLE = example("sample.pcap");
    private static final String SET_SYNTAX =
            "write MAP:KEY=VALUE, where KEY and VALUE are numbers (53, 0x35) or hex:BYTES";

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
        CommandRun run = run(object, "--pcap", SAMPLE);

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
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports=1")
                .fails(ExitCode.USAGE, "'blocked_ports=1' sets nothing", SET_SYNTAX);
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports:65536=1")
                .fails(ExitCode.USAGE, "key '65536' of map blocked_ports does not fit 2 bytes", SET_SYNTAX);
        run(object, "--pcap", SAMPLE, "--set", "blocked_ports:hex:00=1")
                .fails(
                        ExitCode.USAGE,
                        "key 'hex:00' of map blocked_ports has 1 bytes, needed are 2",
                        "write all 2 bytes, in the order of memory");
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
