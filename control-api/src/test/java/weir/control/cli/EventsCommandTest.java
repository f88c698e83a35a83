// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.client.CannedServer;

/** Streams and statistics as {@code openapi.yaml} describes them, said by hand: a stream that ends when the test wants. */
@Timeout(180)
class EventsCommandTest {
    private static final String STREAM = """
            HTTP/1.1 200 OK\r
            Content-Type: text/event-stream\r
            \r
            id: 7
            event: port
            data: {"time": "2026-11-29T08:00:00Z", "type": "port", "switch": "lan", "text": "port a UP\\u001b[2J"}

            event: stats
            data: {"time": "2026-11-29T08:00:01Z", "switch": "lan", "drops": {"runt": 3}}

            """;
    private static final String RUNTIME = """
            HTTP/1.1 200 OK\r
            Content-Type: application/json\r
            \r
            {"switch": "lan", "workers": [{"worker": 0, "batches": 4, "frames": 10, "frames_per_batch": 2.5,
             "batch_sizes": {"4": 4}, "ns_per_frame": {"receive": 12.5, "decide": null}}]}
            """;

    @TempDir
    private Path folder;

    private CommandRun run(String answer, String requestLine, String... args) throws IOException {
        Path socket = folder.resolve("s");
        try (CannedServer server = CannedServer.saying(socket, answer)) {
            CommandRun run = CommandRun.of(args).succeeds();
            assertTrue(server.request().startsWith(requestLine + " HTTP/1.1\r\n"), server.request());
            return run;
        }
    }

    private String socket() {
        return "--socket=" + folder.resolve("s");
    }

    @Test
    void showsALineForEachEventAndNothingThatChangesATerminal() throws IOException {
        String[] args = {"events", "--switch", "lan", "--type", "port,stats", "--after", "6", socket()};
        assertEquals(
                """
                2026-11-29T08:00:00Z  lan  port a UP\\u001b[2J
                2026-11-29T08:00:01Z  lan  drops: runt 3
                """,
                run(STREAM, "GET /v1/events?switch=lan&types=port%2Cstats", args)
                        .out());
    }

    @Test
    void printsEachEventAsALineOfJson() throws IOException {
        String out =
                run(STREAM, "GET /v1/events", "events", "-o", "json", socket()).out();
        assertEquals(2, out.lines().count());
        assertTrue(out.startsWith("{\"time\":\"2026-11-29T08:00:00Z\",\"type\":\"port\""), out);
    }

    @Test
    void showsWhatWorkersDoByStage() throws IOException {
        assertEquals(
                """
                WORKER  BATCHES  FRAMES  FRAMES/BATCH  STAGE    NS/FRAME
                     0        4      10           2.5                  -
                     -        -       -             -  receive      12.5
                     -        -       -             -  decide          -
                """,
                run(RUNTIME, "GET /v1/switches/lan/runtime", "stats", "lan", "--runtime", socket())
                        .out());
    }
}
