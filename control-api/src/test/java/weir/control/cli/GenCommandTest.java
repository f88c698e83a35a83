// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import weir.control.gen.GenSettings;

@Timeout(180)
class GenCommandTest {
    private static final String SHOWS_HOW = "'weir gen --help' shows how to call it";

    @TempDir
    private Path folder;

    @Test
    void printsASummaryWhenItsFramesAreSent() {
        CommandRun run = CommandRun.of("gen", "null:x", "--rate", "max", "--count", "1000")
                .succeeds();
        assertEquals("", run.err());
        assertTrue(run.out().contains("sending: UDP over IPv4, 60 bytes, 1 flow, as fast as possible"), run.out());
        assertTrue(run.out().contains("null:x      1,000  1,000        0"), run.out());
    }

    @Test
    void printsALineASecondAndOneObjectOfJson() {
        CommandRun run = CommandRun.of("gen", "null:x", "--rate", "1000", "--count", "1300", "-o", "json")
                .succeeds();
        JsonNode report = run.json();
        assertTrue(report.get("intervals").size() >= 1);
        assertTrue(run.err().contains(" 0 dropped"), run.err());
        assertEquals(1_300, report.get("transmitted").asLong(), report::toString);
        assertTrue(report.get("law").get("holds").asBoolean());
    }

    @Test
    void endsWhenItIsInterrupted() throws Exception {
        CommandRun run = CommandRun.untilSays("sending", "gen", "null:x", "--rate", "1k", "--seconds", "0");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains("GENERATED"), run.out());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        List.of("--rate", "fast"),
                        "rate 'fast' is no number of frames a second like 1000, 10k, 1.5M, or max"),
                Arguments.of(List.of("--rate", "0"), "rate 0.0 pps is out of range [0.001, 1000000000]"),
                Arguments.of(List.of("--burst", "0"), "burst 0 is out of range [1, 65536]"),
                Arguments.of(List.of("--size", "big"), "size 'big' in 'big' is no number of bytes, and not imix"),
                Arguments.of(List.of("--size", "60,,70"), "size '' in '60,,70' is no number of bytes, and not imix"),
                Arguments.of(List.of("--size", "20"), "frame size 20 is out of range [60, 65535]"),
                Arguments.of(List.of("--ipv6", "--size", "60"), "frame size 60 is out of range [80, 65535]"),
                Arguments.of(List.of("--size", "41", "--no-stamps"), "frame size 41 is out of range [42, 65535]"),
                Arguments.of(List.of("--flows", "0"), "flows 0 is out of range [1, 655360]"),
                Arguments.of(List.of("--src-mac", "1:2"), "'1:2' is not a MAC address like 02:00:00:00:00:01"),
                Arguments.of(
                        List.of("--src-mac", "01:00:00:00:00:01"), "source 01:00:00:00:00:01 is no station's address"),
                Arguments.of(List.of("--src-ip", "10.0.0.300"), "'10.0.0.300' is no IP address"),
                Arguments.of(List.of("--dst-ip", "example.org"), "'example.org' is no IP address"),
                Arguments.of(
                        List.of("--src-ip", "2001:db8::1", "--dst-ip", "198.18.0.1"),
                        "2001:db8:0:0:0:0:0:1 and 198.18.0.1 are of two families"),
                Arguments.of(
                        List.of("--pcap", "x", "--flows", "2"),
                        "--pcap sends frames as they are; leave out options that shape frames"),
                Arguments.of(List.of("--count", "0"), "--count 0 is less than 1"),
                Arguments.of(List.of("--seconds", "-1"), "--seconds -1.0 is less than 0"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void namesEveryMistake(List<String> options, String cause) {
        String[] args =
                Stream.concat(Stream.of("gen", "null:x"), options.stream()).toArray(String[]::new);
        CommandRun.of(args).fails(ExitCode.USAGE, cause, SHOWS_HOW);
    }

    @Test
    void saysWhichPortIsWrong() {
        CommandRun.of("gen", "nul:x")
                .fails(
                        ExitCode.USAGE,
                        "unknown port kind \"nul\"",
                        CommandRun.of("run", "nul:x", "null:y")
                                .err()
                                .lines()
                                .skip(1)
                                .findFirst()
                                .orElseThrow()
                                .substring(6));
        CommandRun.of("gen", "unix:" + folder + "/no/s")
                .fails(
                        ExitCode.NOT_FOUND,
                        "cannot make socket \"" + folder + "/no/s\": bind " + folder + "/no/s: ENOENT (no such file)",
                        "choose a path in a folder that exists and that you may write to");
    }

    @Test
    void saysWhichCaptureIsWrong() throws Exception {
        CommandRun.of("gen", "null:x", "--pcap", folder + "/none")
                .fails(
                        ExitCode.NOT_FOUND,
                        "cannot send \"" + folder + "/none\": there is no such file",
                        "name a pcap or pcapng file of Ethernet frames");
        Path text = Files.writeString(folder.resolve("text"), "hello");
        CommandRun.of("gen", "null:x", "--pcap", text.toString())
                .fails(
                        ExitCode.FAILURE,
                        "cannot send \"" + text + "\": byte 0: neither pcap nor pcapng: it begins with 68 65 6c 6c",
                        "name a pcap or pcapng file of Ethernet frames");
    }

    @Test
    void givesUpWhenNobodyIsAtTheOtherEnd() {
        CommandRun run = CommandRun.of("gen", "unix:" + folder + "/s", "--wait", "0.2");
        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("weir: port unix:" + folder + "/s is DOWN after 0.2 s"), run.err());
        assertTrue(run.err().contains("hint: start what is at its other end, or wait longer with --wait"), run.err());
    }

    @Test
    void waitsForTheSocketThatItConnectsTo() throws Exception {
        String socket = folder + "/s";
        CommandRun alone = CommandRun.of("gen", "unix:" + socket + "?role=connect", "--wait", "0.2");
        assertEquals(ExitCode.NOT_FOUND.number(), alone.exitCode());
        assertTrue(alone.err().contains("weir: there is no socket \"" + socket + "\" to connect to"), alone.err());

        FutureTask<CommandRun> later = new FutureTask<>(
                () -> CommandRun.of("gen", "unix:" + socket + "?role=connect", "--count", "10", "--wait", "120"));
        Thread.ofPlatform().start(later);
        TimeUnit.MILLISECONDS.sleep(200);
        assertFalse(later.isDone());
        CommandRun sink = CommandRun.of("sink", "unix:" + socket, "--count", "10", "--seconds", "120");
        sink.succeeds();
        assertTrue(
                later.get().succeeds().out().contains("GENERATED"), later.get().out());
    }

    @ParameterizedTest
    @CsvSource({"1000, 1000", "10k, 10000", "1.5M, 1500000", "2m, 2000000", "0.5, 0.5", "100pps, 100", "3kpps, 3000"})
    void readsRates(String text, double pps) {
        assertEquals(pps, RateText.parse(text));
    }

    @Test
    void readsTheRateWithoutALimit() {
        assertEquals(GenSettings.UNLIMITED, RateText.parse("max"));
    }
}
