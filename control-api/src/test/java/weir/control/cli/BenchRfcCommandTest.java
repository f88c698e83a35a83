// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.control.cli.ExamplePrograms.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rehearsals on the own switch with its threads: whether it runs, counts and reports. Figures are no test's matter. */
@Timeout(120)
class BenchRfcCommandTest {
    private static CommandRun rehearse(String benchmark, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "bench",
                benchmark,
                "--seconds=0.05",
                "--settle=0.02",
                "--warm-up=0.05",
                "--resolution=20",
                "--repeats=1"));
        command.addAll(List.of(more));
        return CommandRun.of(command.toArray(String[]::new)).succeeds();
    }

    @Test
    void measuresAllOfRfc2544AndWritesAPlot(@TempDir Path folder) throws IOException {
        Path plot = folder.resolve("rates.svg");
        JsonNode report = rehearse(
                        "rfc2544",
                        "--sizes=64,1518",
                        "--tests=all",
                        "--line-rate=10mbit",
                        "--bidirectional",
                        "--broadcast=1",
                        "--plot=" + plot,
                        "-o",
                        "json")
                .json();

        assertTrue(report.get("complete").asBoolean());
        assertEquals(2, report.get("throughput").size());
        assertEquals(
                14_880.95, report.get("throughput").get(0).get("maximum_pps").asDouble(), 0.01);
        for (JsonNode row : report.get("throughput")) {
            assertTrue(row.get("pps").asDouble() <= row.get("maximum_pps").asDouble(), row::toString);
        }
        String svg = Files.readString(plot);
        assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"), svg);
        assertTrue(svg.contains(">1518<"), svg);
    }

    @Test
    void measuresAllOfRfc2889() {
        JsonNode report = rehearse(
                        "rfc2889", "--sizes=64", "--ports=4", "--addresses=200", "--line-rate=10mbit", "-o", "json")
                .json();

        assertTrue(report.get("complete").asBoolean());
        assertEquals(3, report.get("forwarding").size());
        assertEquals(1, report.get("congestion").size());
        assertEquals(6, report.get("errored_frames").size());
        assertEquals(List.of(), report.get("notes").valueStream().toList());
    }

    /** A program that drops what comes in by the first port. */
    @Test
    void aProgramOfTheSwitchDecides() {
        CommandRun run = rehearse(
                "rfc2544",
                "--sizes=64",
                "--line-rate=10mbit",
                "--program=p1=" + example("pkt_count.o"),
                "--tests=throughput",
                "-o",
                "json");
        JsonNode row = run.json().get("throughput").get(0);
        assertEquals(0, row.get("pps").asDouble());
        // A tester that got no time at all in its last trial offered nothing that could be lost.
        boolean isLost = row.get("failed").get("lost").asLong() > 0;
        assertEquals(isLost ? "device" : "tester", row.get("limited_by").asString(), row::toString);
    }

    @Test
    void saysBeforehandWhatIsMeasuredAndHowLongItTakes() {
        String out = rehearse("rfc2544", "--sizes=64", "--line-rate=10mbit", "--tests=throughput")
                .out();
        assertTrue(out.startsWith("device: Weir's switch with 2 memory ports in this process"), out);
        assertTrue(out.contains("takes 2 s at most; Ctrl-C ends it and prints what is known"), out);
        assertTrue(out.contains("throughput (26.1)"), out);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rfc2544|--sizes=63|--sizes 63 is out of range [64, 1522]",
                "rfc2544|--seconds=0|--seconds 0.0 is out of range [0.01, 3600.0]",
                "rfc2544|--settle=61|--settle 61.0 is out of range [0.01, 60.0]",
                "rfc2544|--resolution=0|--resolution 0.0 is out of range [0.01, 50.0]",
                "rfc2544|--loss=-1|--loss -1.0 is out of range [0.0, 50.0]",
                "rfc2544|--attempts=0|--attempts 0 is out of range [1, 20]",
                "rfc2544|--repeats=0|--repeats 0 is out of range [1, 1000]",
                "rfc2544|--macs=0|--macs 0 is out of range [1, 10000]",
                "rfc2544|--flows=0|--flows 0 is out of range [1, 65536]",
                "rfc2544|--broadcast=101|--broadcast 101 is out of range [0, 100]",
                "rfc2544|--line-rate=fast|--line-rate: 'fast' is not a rate such as 10mbit; units are bit, kbit, mbit, gbit",
                "rfc2544|--tests=latencies|--tests 'latencies' is no test; did you mean 'latency'? there are throughput, latency, frame_loss, back_to_back, system_recovery, reset and all",
                "rfc2544|--plot=/no/such/folder/x.svg|--plot: there is no folder /no/such/folder",
                "rfc2544|--fdb=15|--fdb 15 is out of range [16, 1048576]",
                "rfc2544|--fdb-quota=8193|--fdb-quota 8193 is out of range [1, 8192]",
                "rfc2544|--link=p3=loss:1%|--link 'p3=loss:1%' is not PORT=SETTINGS; ports are p1, p2",
                "rfc2544|--dut=packet:a|--dut takes two ports or more, and only [packet:a] is given",
                "rfc2544|--dut=packet:a,packet:a|--dut names 'packet:a' twice",
                "rfc2544|--dut=packet:a,packet:b,packet:c|--dut names 3 ports, and RFC 2544 has two; 'weir bench rfc2889' takes more",
                "rfc2889|--ports=1|--ports 1 is out of range [2, 64]",
                "rfc2889|--addresses=0|--addresses 0 is out of range [1, 1048576]",
            })
    void refusesWhatCannotBeMeasured(String benchmark, String option, String cause) {
        CommandRun.of("bench", benchmark, option)
                .fails(ExitCode.USAGE, cause, "'weir bench " + benchmark + " --help' shows how to call it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--busy", "--fdb=100", "--fdb-quota=1", "--link=p1=loss:1%"})
    void refusesOptionsOfTheOwnSwitchForAnotherDevice(String option) {
        CommandRun.of("bench", "rfc2544", "--dut=packet:a,packet:b", option)
                .fails(
                        ExitCode.USAGE,
                        option.split("=", -1)[0] + " is for the own switch, and --dut names another device",
                        "'weir bench rfc2544 --help' shows how to call it");
    }

    @Test
    void refusesOptionsThatContradictEachOther() {
        String help = "'weir bench rfc2544 --help' shows how to call it";
        CommandRun.of("bench", "rfc2544", "--line-rate=1gbit", "--link=p1=loss:1%")
                .fails(
                        ExitCode.USAGE,
                        "--line-rate gives each port of the own switch a link, and --link another one",
                        help);
        CommandRun.of("bench", "rfc2544", "--plot=x.svg", "--tests=reset")
                .fails(ExitCode.USAGE, "--plot shows throughput, which is not among --tests", help);
        CommandRun.of("bench", "rfc2544", "--program=x.o", "--watch")
                .fails(
                        ExitCode.USAGE,
                        "--watch is for switches that stay",
                        "leave --watch away: what is measured must not change");
        CommandRun.of("bench", "rfc2544", "--dut=packet:a,packet:b", "--program=x.o")
                .fails(
                        ExitCode.USAGE,
                        "--program is for the own switch, and --dut names a device that has its own",
                        "leave one of them away");
    }

    /** Ctrl-C is an interrupt of the measuring thread. */
    @Test
    void printsWhatIsKnownWhenItIsStopped() throws Exception {
        CommandRun run = CommandRun.untilSays("at most", "bench", "rfc2544", "--line-rate=10mbit", "--seconds=1");
        assertTrue(run.out().contains("note: stopped before the end"), run::out);
    }
}
