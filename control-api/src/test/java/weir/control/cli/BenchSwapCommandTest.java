// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Rehearsals: whether it runs, counts and reports. How fast it is depends on the machine and is no test's matter. */
@Timeout(300)
class BenchSwapCommandTest {
    @Test
    void measuresWindowsWithAndWithoutAnExchange() {
        JsonNode json = CommandRun.of("bench", "swap", "--windows=2", "--millis=5", "--program=nologic", "-o", "json")
                .succeeds()
                .json();

        assertEquals("nologic", json.get("settings").get("program").asString());
        for (String windows : List.of("with", "without")) {
            JsonNode worst = json.get(windows).get("worst_micros");
            double mean = json.get(windows).get("mean_micros").asDouble();
            assertEquals(2, worst.get("values").size());
            assertTrue(mean > 0 && worst.get("min").asDouble() >= mean, json::toString);
        }
        double ratio = json.get("with").get("worst_micros").get("median").asDouble()
                / json.get("without").get("worst_micros").get("median").asDouble();
        assertEquals(ratio, json.get("ratio").asDouble(), 1e-9);
    }

    @Test
    void saysInASentenceWhatAnExchangeDoes() {
        CommandRun run =
                CommandRun.of("bench", "swap", "--windows=1", "--millis=1").succeeds();

        assertTrue(run.out().contains("an exchange of l2_bridge makes the longest batch of 1 ms "), run::out);
        assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        String help = "'weir bench swap --help' shows how to call it";
        CommandRun.of("bench", "swap", "--windows=0")
                .fails(ExitCode.USAGE, "--windows 0 is out of range [1, 10000]", help);
        CommandRun.of("bench", "swap", "--millis=10001")
                .fails(ExitCode.USAGE, "--millis 10001 is out of range [1, 10000]", help);
        assertEquals(2, CommandRun.of("bench", "swap", "--program=bridge").exitCode());
        assertEquals(2, CommandRun.of("bench", "swap", "--cpu=4096").exitCode());
    }
}
