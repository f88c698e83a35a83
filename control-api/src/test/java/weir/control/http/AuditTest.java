// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.control.topology.ObjectNames;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What the audit log says of requests, over real sockets. */
@Timeout(300)
@RequiresFeature({Feature.LINUX, Feature.ROOT})
class AuditTest {
    private static final String READ_TOKEN = "r".repeat(32);
    private static final String ADMIN_TOKEN = "a".repeat(32);
    private static final String WRONG_TOKEN = "w".repeat(32);
    private static final Path COUNTERS =
            Path.of(System.getProperty("weir.root")).resolve("examples/programs/counters.o");
    private static final int FLOOD = 400;

    @TempDir
    Path folder;

    private final AuditLines lines = new AuditLines();

    @AfterEach
    void listenNoLonger() {
        lines.close();
    }

    /** A request, and all of its line but who. */
    private record Change(String method, String path, String body, String line) {}

    private static List<Change> changes() throws Exception {
        String digest = ObjectNames.digestOf(Files.readAllBytes(COUNTERS));
        String program = "{\"object\":\"" + digest + "\"}";
        return List.of(
                new Change("POST", "/v1/switches", "{\"name\":\"lan\"}", "POST /v1/switches name=lan 201"),
                new Change("POST", "/v1/switches", "{\"name\":\"lan\"}", "POST /v1/switches name=lan 409"),
                new Change("POST", "/v1/switches", "{\"name\":", "POST /v1/switches 400"),
                new Change("PUT", "/v1/switches/two", "{\"workers\":1}", "PUT /v1/switches/two 201"),
                new Change(
                        "POST",
                        "/v1/switches/lan/ports",
                        "{\"spec\":\"null:web\"}",
                        "POST /v1/switches/lan/ports spec=null:web name=web 201"),
                new Change(
                        "PATCH",
                        "/v1/switches/lan/ports/web",
                        "{\"vlan\":\"access:7\"}",
                        "PATCH /v1/switches/lan/ports/web 200"),
                new Change(
                        "POST",
                        "/v1/switches/lan/fdb",
                        "{\"mac\":\"02:00:00:00:00:09\",\"port\":\"web\",\"vlan\":7}",
                        "POST /v1/switches/lan/fdb mac=02:00:00:00:00:09 201"),
                new Change("DELETE", "/v1/switches/lan/fdb?port=web", "", "DELETE /v1/switches/lan/fdb port=web 200"),
                new Change("PUT", "/v1/links/lan/web", "{\"settings\":\"delay:1ms\"}", "PUT /v1/links/lan/web 200"),
                new Change(
                        "PUT",
                        "/v1/switches/lan/program?keepMaps=1",
                        program,
                        "PUT /v1/switches/lan/program keepMaps=1 object=" + digest + " 200"),
                new Change(
                        "PUT",
                        "/v1/maps/lan::counters/entries",
                        "{\"key\":\"0\",\"value\":\"none\"}",
                        "PUT /v1/maps/lan::counters/entries key=0 400"),
                new Change("DELETE", "/v1/switches/lan/program", "", "DELETE /v1/switches/lan/program 204"),
                new Change("DELETE", "/v1/switches/none", "", "DELETE /v1/switches/none 404"),
                new Change(
                        "POST",
                        "/v1/apply?dryRun=1",
                        "{\"apiVersion\":\"weir/v1\",\"kind\":\"Topology\",\"switches\":{}}",
                        "POST /v1/apply dryRun=1 200"),
                new Change("DELETE", "/v1/switches/two", "", "DELETE /v1/switches/two 204"),
                new Change("PUT", "/v1/nothing", "{}", "PUT /v1/nothing 404"));
    }

    @Test
    void eachChangeIsOneLineWithWhoWhatOnWhatAndHowItEndedAndReadsAreNone() throws Exception {
        try (RunningServer server = RunningServer.in(folder)) {
            String who = "uid=0 pid=" + ProcessHandle.current().pid() + " ";
            server.plane().objects().put(Files.readAllBytes(COUNTERS));
            for (Change each : changes()) {
                server.ask("GET", "/v1/switches", "");
                server.ask(each.method(), each.path(), each.body());
                server.ask("GET", "/v1/nothing", "");
                Law.eventually(each.line(), () -> lines.count() > 0);
                assertEquals(List.of(who + each.line()), lines.take());
            }
        }
        assertEquals(List.of(), lines.take());
    }

    @Test
    void overTlsItNamesTheTokenByItsNumberAndNeverShowsIt() throws Exception {
        try (RunningServer server = RunningServer.in(folder, tls())) {
            assertEquals("201", curl(server, ADMIN_TOKEN, "POST", "/v1/switches", "{\"name\":\"lan\"}"));
            assertLine("token=2 127\\.0\\.0\\.1:[0-9]+ POST /v1/switches name=lan 201");
            assertEquals("403", curl(server, READ_TOKEN, "DELETE", "/v1/switches/lan", ""));
            assertLine("token=1 127\\.0\\.0\\.1:[0-9]+ DELETE /v1/switches/lan 403");
            assertEquals("401", curl(server, WRONG_TOKEN, "GET", "/v1/switches?access_token=" + ADMIN_TOKEN, ""));
            assertLine("127\\.0\\.0\\.1 port=[0-9]+ GET /v1/switches 401");
            assertEquals("400", curl(server, ADMIN_TOKEN, "DELETE", "/v1/switches/lan?token=" + ADMIN_TOKEN, ""));
            assertLine("token=2 127\\.0\\.0\\.1:[0-9]+ DELETE /v1/switches/lan 400");
        }
    }

    private Endpoint.Tls tls() throws Exception {
        return TlsFiles.endpoint(folder, "read:" + READ_TOKEN + "\nadmin:" + ADMIN_TOKEN + "\n");
    }

    private static String curl(RunningServer server, String token, String method, String path, String body)
            throws Exception {
        List<String> command = new ArrayList<>(
                List.of("curl", "-s", "-k", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "-X", method));
        command.addAll(List.of("-H", "Authorization: Bearer " + token));
        if (!body.isEmpty()) {
            command.addAll(List.of("-H", "Content-Type: application/json", "-d", body));
        }
        command.add("https://127.0.0.1:" + server.tcpPort() + path);
        return TlsFiles.run(command.toArray(String[]::new));
    }

    private void assertLine(String pattern) {
        Law.eventually(pattern, () -> lines.count() > 0);
        List<String> taken = lines.take();
        assertEquals(1, taken.size(), taken::toString);
        assertTrue(Pattern.matches(pattern, taken.getFirst()), taken::toString);
    }

    /** Names and paths are those of whoever asks; each line break below would begin a line of its own. */
    @Test
    void whatClientsWriteCannotLookLikeAnotherLine() throws Exception {
        String forged = "x\\nuid=0 pid=1 DELETE /v1/switches/lan 204";
        try (RunningServer server = RunningServer.in(folder)) {
            server.ask("POST", "/v1/switches", "{\"name\":\"" + forged + "\"}");
            assertLine(
                    "uid=0 pid=[0-9]+ POST /v1/switches name=x\\?uid=0\\?pid=1\\?DELETE\\?/v1/switches/lan\\?204 400");
            server.ask("DELETE", "/v1/switches/x%0auid=0", "");
            assertLine("uid=0 pid=[0-9]+ DELETE /v1/switches/x%0auid=0 404");
            server.ask("POST", "/v1/switches", "{\"name\":\"" + "n".repeat(10_000) + "\"}");
            assertLine("uid=0 pid=[0-9]+ POST /v1/switches name=n{200} 400");
            server.ask("POST", "/v1/switches", "{\"name\":\"\\u2028\\u0085\\u001b\"}");
            assertLine("uid=0 pid=[0-9]+ POST /v1/switches name=\\?{3} 400");
        }
    }

    @Test
    void aChangeHasItsLineThoughTheClientIsGone() throws Exception {
        try (RunningServer server = RunningServer.in(folder)) {
            try (RawClient client = new RawClient(server.socket())) {
                client.send(RawClient.request("POST", "/v1/switches", "{\"name\":\"lan\"}"));
            }
            assertLine("uid=0 pid=[0-9]+ POST /v1/switches name=lan 201");
        }
    }

    /** Lines of who is refused are bounded; those of who may change something are not held back by that. */
    @Test
    void whoIsRefusedOverAndOverHasAFewLinesAndOneThatCountsTheRest() throws Exception {
        long since = System.nanoTime();
        try (RunningServer server = RunningServer.in(folder, tls())) {
            flood(server);
            assertEquals(
                    201,
                    server.ask("POST", "/v1/switches", "{\"name\":\"lan\"}").status());
            Law.eventually("the change", () -> lines.all().stream().anyMatch(line -> line.endsWith("name=lan 201")));
        }
        List<String> refused =
                lines.take().stream().filter(line -> !line.endsWith("201")).toList();
        List<String> summaries =
                refused.stream().filter(line -> line.contains("suppressed")).toList();
        assertFalse(summaries.isEmpty(), refused::toString);
        int written = refused.size() - summaries.size();
        long windows = 1 + (System.nanoTime() - since) / RefusalLimit.WINDOW.toNanos();
        assertTrue(written <= windows * RefusalLimit.LINES_PER_SOURCE, refused::toString);
        long counted = summaries.stream()
                .mapToLong(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
                .sum();
        assertEquals(FLOOD, counted + written);
        assertTrue(summaries.getFirst().endsWith("most requests came from 127.0.0.1"), summaries::toString);
    }

    /** By one process of curl, with a wrong token each. */
    private void flood(RunningServer server) throws Exception {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < FLOOD; i++) {
            script.append(i == 0 ? "" : "next\n")
                    .append("url = \"https://127.0.0.1:" + server.tcpPort() + "/v1/switches\"\n")
                    .append("silent\ninsecure\nmax-time = 60\noutput = /dev/null\n")
                    .append("header = \"Authorization: Bearer " + WRONG_TOKEN + i + "\"\n");
        }
        Path file = Files.writeString(folder.resolve("curl.conf"), script);
        TlsFiles.run("curl", "-K", file.toString());
    }

    @Test
    void manySourcesTogetherHaveNoMoreLinesThanTheLimit() {
        RefusalLimit limit = new RefusalLimit();
        int written = 0;
        for (int i = 0; i < 10_000; i++) {
            written += limit.admit("198.18." + i / 256 + "." + i % 256) ? 1 : 0;
        }
        assertEquals(RefusalLimit.LINES, written);
        assertTrue(limit.endWindow().orElseThrow().startsWith(10_000 - RefusalLimit.LINES + " refused requests more"));
        assertFalse(limit.endWindow().isPresent(), "a quiet window has no summary");
        assertTrue(limit.admit("198.18.0.1"), "a new window has room");
    }
}
