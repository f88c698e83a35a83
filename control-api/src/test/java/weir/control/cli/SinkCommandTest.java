// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(180)
class SinkCommandTest {
    private static final String SAMPLE = ExamplePrograms.example("sample.pcap");

    @Test
    void countsUntilTheFileIsThrough() {
        CommandRun run = CommandRun.of("sink", "pcap:" + SAMPLE + "?speed=max").succeeds();
        assertTrue(run.out().contains("port sample GONE: replay ended after "), run.out());
        assertTrue(run.out().contains("REORDERED"), run.out());
    }

    @Test
    void stopsAtItsCountOrTime() {
        JsonNode report = CommandRun.of(
                        "sink", "pcap:" + SAMPLE + "?speed=max&loops=0", "--count", "1000", "-o", "json")
                .succeeds()
                .json();
        assertTrue(report.get("received").asLong() >= 1000, report::toString);
        CommandRun.of("sink", "null:x", "--seconds", "0.1").succeeds();
    }

    @Test
    void endsWhenItIsInterrupted() throws Exception {
        CommandRun run = CommandRun.untilReady("sink", "null:x");
        assertEquals(0, run.exitCode(), run.err());
    }

    @Test
    void namesMistakes() {
        CommandRun.of("sink", "null:x", "--count", "0")
                .fails(ExitCode.USAGE, "--count 0 is less than 1", "'weir sink --help' shows how to call it");
        CommandRun.of("sink", "null:x", "--seconds", "-1")
                .fails(ExitCode.USAGE, "--seconds -1.0 is less than 0", "'weir sink --help' shows how to call it");
        CommandRun.of("sink", "pcap:/none")
                .fails(
                        ExitCode.NOT_FOUND,
                        "cannot replay \"/none\": there is no such file or folder",
                        "name a pcap or pcapng file of Ethernet frames");
        CommandRun.of("sink", "pcap:")
                .fails(ExitCode.USAGE, "\"pcap:\" names no file", "write pcap:IN, pcap:IN,OUT or pcap:,OUT");
    }
}
