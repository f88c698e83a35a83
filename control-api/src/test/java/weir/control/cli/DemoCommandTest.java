// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class DemoCommandTest {
    @Test
    void showsASwitchAtWork() {
        CommandRun run = CommandRun.of("demo", "--seconds", "0.3").succeeds();

        assertEquals("", run.err());
        assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
        assertTrue(run.out().contains("drops by reason: hairpin 64"), run::out);
        assertTrue(run.out().contains("64 addresses:"), run::out);
        assertTrue(run.out().contains("program l2_bridge verified, compiled, warmed up and in charge"), run::out);
        assertTrue(run.out().contains("of learning's rate"), run::out);
        assertTrue(run.out().contains("next: weir demo --tap"), run::out);
        assertEquals(0, run.out().chars().filter(c -> c == '\r' || c == 27).count(), "control characters");
    }

    @Test
    void printsCountersOfEveryPortAsJson() {
        JsonNode json =
                CommandRun.of("demo", "--seconds=0.3", "-o", "json").succeeds().json();

        assertEquals(
                List.of("frame_bytes", "learning", "load_seconds", "program", "program_of_learning", "result"),
                List.copyOf(json.propertyNames()));
        assertTrue(json.get("learning").get("mpps").asDouble() > 0);
        assertTrue(json.get("program").get("mpps").asDouble() > 0);
        JsonNode program = json.get("result").get("programs").get(0);
        assertEquals("l2_bridge", program.get("program").asString());
        // Those in flight while the two were counted make the difference.
        assertTrue(
                program.get("actions").get("XDP_REDIRECT").asLong()
                        >= json.get("program").get("frames").asLong(),
                json::toString);
        assertEquals(0, program.get("faults").asLong());
        assertEquals(64, json.get("result").get("fdb_entries").asInt());
        assertEquals(8, json.get("result").get("ports").size());
        assertTrue(json.get("result").get("law").get("holds").asBoolean());
        for (JsonNode port : json.get("result").get("ports")) {
            assertTrue(port.get("received").asLong() > 0);
            assertTrue(port.get("transmitted").asLong() > 0);
            assertEquals(8, port.get("drops").get("hairpin").asLong());
        }
    }

    @Test
    void refusesATimeThatDoesNotEndSoon() {
        CommandRun.of("demo", "--seconds", "26")
                .fails(
                        ExitCode.USAGE,
                        "--seconds 26.0 is out of range (0, 25.0]",
                        "'weir demo --help' shows how to call it");
        assertEquals(2, CommandRun.of("demo", "--seconds", "0").exitCode());
        assertEquals(2, CommandRun.of("demo", "--seconds", "NaN").exitCode());
    }

    @Test
    void givesExamples() {
        assertTrue(CommandRun.of("demo", "--help").succeeds().out().contains("sudo weir demo --tap"));
    }
}
