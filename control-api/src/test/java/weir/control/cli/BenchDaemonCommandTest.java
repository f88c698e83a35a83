// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Rehearsals: whether it runs, counts and reports. How fast it is depends on the machine and is no test's matter. */
@Timeout(120)
@RequiresFeature(Feature.LINUX)
class BenchDaemonCommandTest {
    private static final String HELP = "'weir bench daemon --help' shows how to call it";

    @TempDir
    private Path folder;

    @Test
    void measuresADaemonThatItStarts() {
        JsonNode report = CommandRun.of(
                        "bench", "daemon", "--pairs=2", "--seconds=1", "--warm-up=0.2", "--calls=10", "-o", "json")
                .succeeds()
                .json();
        for (String load : List.of("idle", "loaded")) {
            JsonNode all = report.path(load).path("all");
            assertEquals(20, all.path("calls").asInt(), all::toString);
            assertTrue(all.path("p50_ms").asDouble() <= all.path("p99_ms").asDouble(), all::toString);
            assertEquals(
                    20,
                    report.path(load).path("reads").path("calls").asInt()
                            + report.path(load).path("changes").path("calls").asInt());
        }
        assertEquals(2, report.path("ratio").path("values").size(), report::toString);
        assertTrue(report.path("alone_mpps").path("min").asDouble() > 0, report::toString);
        assertEquals(2, report.path("scrapes").asInt(), report::toString);
    }

    /** What it found there is there afterwards, and nothing else. */
    @Test
    void leavesADaemonThatRunsAsItWas() throws Exception {
        Path socket = folder.resolve("s");
        try (Daemon daemon = Daemon.start(DaemonSettings.at(socket, folder.resolve("state")), Map.of())) {
            CommandRun.of("switch", "create", "lan", "--socket", socket.toString())
                    .succeeds();
            String out = CommandRun.of(
                            "bench",
                            "daemon",
                            "--socket",
                            socket.toString(),
                            "--pairs=1",
                            "--seconds=0.1",
                            "--warm-up=0.1")
                    .succeeds()
                    .out();
            assertTrue(out.contains("law: every frame is accounted for"), out);
            assertEquals(
                    List.of("lan"),
                    List.copyOf(daemon.plane().topology().switches().keySet()));
        }
    }

    @Test
    void refusesWhatCannotBe() {
        CommandRun.of("bench", "daemon", "--pairs=0")
                .fails(ExitCode.USAGE, "--pairs 0 is out of range [1, 1000]", HELP);
        CommandRun.of("bench", "daemon", "--calls=9")
                .fails(ExitCode.USAGE, "--calls 9 is out of range [10, 10000]", HELP);
        CommandRun.of("bench", "daemon", "--bytes=59")
                .fails(ExitCode.USAGE, "--bytes 59 is out of range [60, 1514]", HELP);
        CommandRun.of("bench", "daemon", "--seconds=0")
                .fails(ExitCode.USAGE, "--seconds 0.0 is out of range [0.01, 60.0]", HELP);
        CommandRun.of("bench", "daemon", "--folder=" + folder + "/no")
                .fails(ExitCode.NOT_FOUND, "no folder " + folder + "/no", "give a folder that exists");
        CommandRun.of("bench", "daemon", "--folder=" + folder, "--socket=x")
                .fails(
                        ExitCode.USAGE,
                        "--folder is for a daemon that is started, and --socket names one that runs",
                        HELP);
        Path nowhere = folder.resolve("nowhere");
        CommandRun nobody = CommandRun.of("bench", "daemon", "--socket", nowhere.toString());
        assertEquals(ExitCode.DAEMON_UNREACHABLE.number(), nobody.exitCode(), nobody::err);
    }
}
