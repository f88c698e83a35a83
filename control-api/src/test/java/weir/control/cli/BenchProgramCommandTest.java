// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Rehearsals: whether it runs, counts and reports. How fast it is depends on the machine and is no test's matter. */
@Timeout(300)
class BenchProgramCommandTest {
    @Test
    void runsEachProgramUnderEachEngineBesideLearning() {
        JsonNode json = CommandRun.of("bench", "program", "--pairs=1", "--seconds=0.02", "-o", "json")
                .succeeds()
                .json();

        List<String> variants = new ArrayList<>();
        for (JsonNode row : json.get("rows")) {
            variants.add(row.get("program").asString() + "/" + row.get("engine").asString());
            assertTrue(row.get("mpps").asDouble() > 0, row::toString);
            assertEquals(1, row.get("of_learning").get("values").size(), row::toString);
        }
        List<String> expected = new ArrayList<>(List.of("/learning"));
        for (String program : List.of(
                "nologic", "l2_bridge", "pkt_count", "parser", "vale_nologic", "vale_l2_bridge", "vale_pkt_count")) {
            for (String engine : List.of("interpreter", "jit", "jit_unchecked")) {
                expected.add(program + "/" + engine);
            }
        }
        assertEquals(expected, variants);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        CommandRun.of("bench", "program", "--programs=bridge")
                .fails(
                        ExitCode.USAGE,
                        "invalid value for option '--programs' (NAME): 'bridge' is none of nologic, l2_bridge, pkt_count,"
                                + " parser, vale_nologic, vale_l2_bridge, vale_pkt_count",
                        "'weir bench program --help' shows how to call it");
        CommandRun.of("bench", "program", "--pairs=0")
                .fails(
                        ExitCode.USAGE,
                        "--pairs 0 is out of range [1, 1000]",
                        "'weir bench program --help' shows how to call it");
    }
}
