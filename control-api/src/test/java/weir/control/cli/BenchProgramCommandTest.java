// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Rehearsals: whether it runs, counts and reports. How fast it is depends on the machine and is no test's matter. */
@Timeout(300)
class BenchProgramCommandTest {
    @Test
    void runsEachProgramUnderEachEngineBesideLearning() {
        JsonNode json = CommandRun.of("bench", "program", "--pairs=1", "--seconds=0.02", "--no-kernel", "-o", "json")
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
        assertEquals("not asked for", json.get("kernel").get("note").asString());
        assertEquals(0, json.get("kernel").get("rows").size());
    }

    /** Verdicts say that the kernel ran what was meant: the bridge knows the destination, but its devmap is empty. */
    @Test
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void runsXdpProgramsInTheKernel() {
        JsonNode kernel = CommandRun.of(
                        "bench", "program", "--pairs=2", "--seconds=0.02", "--engines=jit", "-o", "json")
                .succeeds()
                .json()
                .get("kernel");

        Map<String, String> verdicts = new LinkedHashMap<>();
        for (JsonNode row : kernel.get("rows")) {
            verdicts.put(row.get("program").asString(), row.get("verdict").asString());
            assertEquals(2, row.get("ns_per_frame").get("values").size(), row::toString);
        }
        assertTrue(kernel.get("note").isNull(), kernel::toString);
        assertTrue(kernel.get("pass_ns_per_frame").asDouble() > 0, kernel::toString);
        assertEquals(
                Map.of(
                        "nologic", "XDP_REDIRECT",
                        "l2_bridge", "XDP_DROP",
                        "pkt_count", "XDP_DROP",
                        "parser", "XDP_PASS"),
                verdicts);
    }

    @Test
    @RequiresFeature(Feature.BPF_PROGRAMS)
    void rowsOfTheKernelStandBelowThoseOfTheirProgram() {
        String text = CommandRun.of(
                        "bench",
                        "program",
                        "--pairs=1",
                        "--seconds=0.02",
                        "--engines=jit",
                        "--programs=nologic,vale_nologic")
                .succeeds()
                .out();

        assertTrue(
                Pattern.compile(
                                "^nologic +jit .*\\n^nologic +kernel +- +-?[\\d,.]+ +- +-\\n^vale_nologic +jit ",
                                Pattern.MULTILINE)
                        .matcher(text)
                        .find(),
                text);
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
