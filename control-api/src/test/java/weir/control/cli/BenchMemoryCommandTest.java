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
@Timeout(300)
class BenchMemoryCommandTest {
    private static final String HELP = "'weir bench memory --help' shows how to call it";

    @Test
    @RequiresFeature({Feature.LINUX, Feature.C_COMPILER})
    void comparesWithBothCPrograms() {
        JsonNode json = rehearse("--ports=2,64", "--macs=64", "--copy=0,64", "--twin=require");

        assertEquals("compared", json.get("twin").asString());
        assertEquals(4, json.get("rows").size());
        for (JsonNode row : json.get("rows")) {
            assertEquals(List.of("same", "bare"), List.copyOf(row.get("twins").propertyNames()));
            for (JsonNode twin : row.get("twins")) {
                assertPositive(twin.get("mpps"));
                JsonNode ratio = twin.get("ratio");
                assertEquals(List.of("median", "min", "max", "values"), List.copyOf(ratio.propertyNames()));
                assertPositive(ratio.get("median"));
                assertPositive(ratio.get("min"));
                assertPositive(ratio.get("max"));
                assertEquals(1, ratio.get("values").size());
            }
        }
    }

    @Test
    void measuresEveryCombinationWithoutC() {
        JsonNode json = rehearse("--ports=2,64", "--macs=16,2500", "--batch=256", "--copy=0,1500", "--twin=off");

        assertEquals(
                List.of("benchmark", "machine", "settings", "twin", "rows", "skipped"),
                List.copyOf(json.propertyNames()));
        assertEquals("off", json.get("twin").asString());
        assertEquals(6, json.get("rows").size());
        for (JsonNode row : json.get("rows")) {
            assertTrue(row.get("law_holds").asBoolean());
            assertPositive(row.get("mpps"));
            assertPositive(row.get("ns_per_frame"));
            assertEquals(0, row.get("twins").size());
        }
        JsonNode skipped = json.get("skipped");
        assertEquals(1, skipped.size());
        assertEquals(64, skipped.get(0).get("ports").asInt());
        assertEquals(16, skipped.get(0).get("macs").asInt());
        assertEquals("fewer addresses than ports", skipped.get(0).get("reason").asString());
    }

    @Test
    void saysWhatItRanOn() {
        JsonNode machine = rehearse("--twin=off").get("machine");

        assertEquals(
                List.of("os", "kernel", "arch", "cpu", "cores", "memory_bytes", "jdk", "load_average", "date"),
                List.copyOf(machine.propertyNames()));
        assertPositive(machine.get("cores"));
        assertTrue(machine.get("date").asString().endsWith("Z"));
    }

    @Test
    void printsATableForPeople() {
        CommandRun run = CommandRun.of("bench", "memory", "--pairs=1", "--seconds=0.02", "--twin=off")
                .succeeds();

        assertTrue(run.out().contains("PORTS  MACS  BATCH  COPY"), run::out);
        assertTrue(run.out().contains("no comparison with C: off"), run::out);
        assertTrue(run.out().contains("law: every frame is accounted for"), run::out);
        assertEquals("", run.err());
    }

    @Test
    void refusesWhatCannotBeMeasured() {
        refused("ports 1 is out of range [2, 1024]", "--ports=1");
        refused("batch 257 is out of range [1, 256]", "--batch=257");
        refused("copied bytes 59 is out of range [60, 1514]", "--copy=59");
        refused("--seconds 0.0 is out of range [0.01, 60.0]", "--seconds=0");
        refused("--pairs 0 is out of range [1, 1000]", "--pairs=0");
        refused("invalid value for option '--ports' (N): 'x' is not a whole number", "--ports=2,x");
        refused("no row is left: every port needs an address, so --macs must be at least --ports", "--macs=2");
        refused("invalid value for option '--macs' (N): '99999999999' is out of all range", "--macs=99999999999");
        refused("MACs 2147483647 is out of range [8, 262144]", "--macs=2147483647");
        refused("invalid value for option '--seconds': 'x' is not a number", "--seconds=x");
        refused("invalid value for option '--twin': 'maybe' is none of auto, off, require", "--twin=maybe");
        assertEquals(2, CommandRun.of("bench", "memory", "--cpu=1000").exitCode());
        assertEquals(2, CommandRun.of("bench", "memory", "--cpu=-1").exitCode());
        CommandRun.of("bench").fails(ExitCode.USAGE, "no benchmark given", "'weir bench --help' shows how to call it");
    }

    private static void refused(String cause, String argument) {
        CommandRun.of("bench", "memory", argument).fails(ExitCode.USAGE, cause, HELP);
    }

    private static JsonNode rehearse(String... more) {
        String[] args = new String[6 + more.length];
        List.of("bench", "memory", "--pairs=1", "--seconds=0.02", "-o", "json").toArray(args);
        System.arraycopy(more, 0, args, 6, more.length);
        return CommandRun.of(args).succeeds().json();
    }

    private static void assertPositive(JsonNode number) {
        double value = number.asDouble();
        assertTrue(Double.isFinite(value) && value > 0, () -> "not a positive number: " + number);
    }
}
