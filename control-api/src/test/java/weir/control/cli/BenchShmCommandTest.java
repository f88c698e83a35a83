// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Rehearsals: whether it runs, counts and reports. How fast it is depends on the machine and is no test's matter. */
@Timeout(120)
@RequiresFeature(Feature.LINUX)
class BenchShmCommandTest {
    private static final String HELP = "'weir bench shm --help' shows how to call it";

    @Test
    void carriesFramesOfEachLengthBetweenTwoProcesses() {
        JsonNode rows = CommandRun.of(
                        "bench", "shm", "--bytes=64,1514", "--slices=2", "--seconds=0.1", "--warm-up=0.1", "-o", "json")
                .succeeds()
                .json()
                .get("rows");
        assertEquals(2, rows.size());
        assertEquals(1514, rows.get(1).get("frame_bytes").asInt());
        for (JsonNode row : rows) {
            assertEquals(2, row.get("mpps").get("values").size(), row::toString);
            assertTrue(row.get("mpps").get("max").asDouble() > 0, row::toString);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        CommandRun.of("bench", "shm", "--bytes=59")
                .fails(ExitCode.USAGE, "--bytes 59 is out of range [60, 1514]", HELP);
        CommandRun.of("bench", "shm", "--slices=0").fails(ExitCode.USAGE, "--slices 0 is out of range [1, 1000]", HELP);
        for (String slots : List.of("3", "24", "32768")) {
            CommandRun.of("bench", "shm", "--slots=" + slots)
                    .fails(ExitCode.USAGE, "--slots " + slots + " is no power of two from 16 to 16384", HELP);
        }
        CommandRun.of("bench", "shm", "--seconds=0")
                .fails(ExitCode.USAGE, "seconds 0.0 are out of range [0.01, 60.0]", HELP);
    }
}
