// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.client.DaemonException.Kind;

/** The client against servers by hand, well-behaved and not. */
@Timeout(180)
class DaemonClientTest {
    private static final String REFUSED =
            "HTTP/1.1 422 Unprocessable Content\r\nContent-Type: application/problem+json; charset=utf-8\r\n\r\n";

    private static final ApiRequest LIST = ApiRequest.get(ApiPath.of("switches"));
    private static final String JSON_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    @TempDir
    private Path folder;

    private Path socket() {
        return folder.resolve("s");
    }

    private DaemonClient client() {
        return DaemonClient.at(socket()).withPatience(Duration.ofSeconds(60));
    }

    private DaemonException refusal(String answer) throws IOException {
        try (CannedServer server = CannedServer.saying(socket(), answer)) {
            DaemonException e = assertThrows(DaemonException.class, () -> client().json(LIST));
            assertTrue(server.request().startsWith("GET /v1/switches HTTP/1.1\r\n"));
            return e;
        } finally {
            Files.deleteIfExists(socket());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 9\r\n\r\n{\"a\": 12}",
                "content-length:9\r\n\r\n{\"a\": 12}trailing bytes of nobody",
                "\r\n{\"a\": 12}",
                "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n05;ext=1\r\n: 12}\r\n0\r\nTrailer: x\r\n\r\n",
                "Transfer-Encoding: Chunked\r\n\r\n9\r\n{\"a\": 12}\r\n0\r\n\r\n"
            })
    void readsBodiesOfEveryFraming(String rest) throws IOException {
        try (CannedServer server = CannedServer.saying(socket(), JSON_HEAD + rest)) {
            assertEquals(12, client().json(LIST).path("a").asInt());
            assertTrue(server.request().contains("\r\nHost: localhost\r\n"));
        }
    }

    @Test
    void passesOverInterimAnswersAndTakesAnAnswerWithoutBody() throws IOException {
        try (CannedServer server =
                CannedServer.saying(socket(), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n")) {
            ApiAnswer answer = client().exchange(
                            ApiRequest.put(ApiPath.of("a b", "c/d").with("q", "1&2"))
                                    .withJson(List.of(1)));
            assertEquals(204, answer.status());
            assertEquals("b", answer.header("A"));
            assertTrue(answer.json().isMissingNode());
            assertTrue(server.request().startsWith("PUT /v1/a%20b/c%2Fd?q=1%262 HTTP/1.1\r\n"), server.request());
            assertTrue(server.request().endsWith("\r\n\r\n[1]"), server.request());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".."})
    void aSegmentThatWouldLeadElsewhereIsNoName(String segment) {
        DaemonException e = assertThrows(DaemonException.class, () -> ApiPath.of("switches", segment));
        assertEquals("invalid", e.refusal().code());
    }

    /** What is no answer of a daemon, and what is said of it. */
    private static final List<List<String>> NONSENSE = List.of(
            List.of("", "it ends too early"),
            List.of("HTTP/1.1 200 O", "it ends too early"),
            List.of("SSH-2.0-OpenSSH_9.6\r\n", "it begins with 'SSH-2.0-OpenSSH_9.6' and is not HTTP/1.1"),
            List.of("HTTP/2 200 OK\r\n\r\n", "it begins with 'HTTP/2 200 OK' and is not HTTP/1.1"),
            List.of("HTTP/1.1 099 OK\r\n\r\n", "it begins with 'HTTP/1.1 099 OK' and is not HTTP/1.1"),
            List.of("HTTP/1.1 200 OK\n\n", "its head has a control character"),
            List.of("HTTP/1.1 200 O\0\r\n\r\n", "its head has a control character"),
            List.of("\33[2J\7\r\n\r\n", "it begins with '?[2J?' and is not HTTP/1.1"),
            List.of("HTTP/1.1 200 OK\r\nno header\r\n\r\n", "'no header' is no header"),
            List.of("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", "' folded' is no header"),
            List.of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "'-1' is no length"),
            List.of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "'1, 2' is no length"),
            List.of(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "its length is said in two ways, or in an unknown one"),
            List.of(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
                    "its length is said in two ways, or in an unknown one"),
            List.of(JSON_HEAD + "Content-Length: 99\r\n\r\n{}", "it ends too early"),
            List.of(JSON_HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "'zz' is no size of a chunk"),
            List.of(JSON_HEAD + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx", "it ends too early"),
            List.of(JSON_HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\n{}", "it ends too early"),
            List.of("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "it is 'text/html' and not JSON"),
            List.of("HTTP/1.1 100 Continue\r\n\r\n".repeat(9), "it does not come to the point"),
            List.of("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(10_000) + "\r\n", "its head has more than 32768 bytes"),
            List.of("x".repeat(100_000), "its head has more than 32768 bytes"));

    @Test
    void saysWhatIsWrongWithAnAnswerThatMakesNoSense() throws IOException {
        for (List<String> each : NONSENSE) {
            DaemonException e = refusal(each.getFirst());
            assertEquals(Kind.BAD_ANSWER, e.kind(), each::getFirst);
            assertEquals("the daemon's answer makes no sense: " + each.getLast(), e.getMessage());
        }
    }

    @Test
    void brokenJsonIsNamed() throws IOException {
        DaemonException e = refusal(JSON_HEAD + "\r\n{\"a\": ");
        assertTrue(e.getMessage().startsWith("the daemon's answer makes no sense: its JSON is broken: "));
    }

    @Test
    void anEndlessBodyIsGivenUp() throws IOException {
        String block = "x".repeat(1 << 20);
        try (CannedServer _ = CannedServer.at(socket(), client -> {
            CannedServer.readRequest(client);
            CannedServer.say(client, JSON_HEAD + "\r\n\"");
            while (client.isOpen()) {
                CannedServer.say(client, block);
            }
        })) {
            DaemonException e = assertThrows(DaemonException.class, () -> client().json(LIST));
            assertEquals(
                    "the daemon's answer makes no sense: it has more than " + DaemonClient.MAX_ANSWER_BYTES + " bytes",
                    e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", JSON_HEAD + "Content-Length: 10\r\n\r\n{"})
    void whoDoesNotGoOnIsNotWaitedForLongerThanSaid(String beginning) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (CannedServer _ = CannedServer.at(socket(), client -> {
            CannedServer.say(client, beginning);
            done.await();
        })) {
            DaemonClient hasty = client().withPatience(Duration.ofMillis(80));
            DaemonException e = assertThrows(DaemonException.class, () -> hasty.json(LIST));
            assertEquals(Kind.UNREACHABLE, e.kind());
            assertEquals("the daemon does not answer within 80 ms", e.getMessage());
            done.countDown();
        }
    }

    /** A refusal before the body was read, which fills every buffer on the way: neither side waits for the other. */
    @Test
    void anAnswerThatComesBeforeTheBodyIsSentIsHeard() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (CannedServer _ = CannedServer.at(socket(), client -> {
            CannedServer.say(
                    client,
                    "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/problem+json\r\n\r\n"
                            + "{\"title\": \"too large\", \"code\": \"too_large\", \"hint\": \"send less\"}");
            client.shutdownOutput();
            done.await();
        })) {
            ApiRequest large =
                    ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", new byte[8 << 20]);
            DaemonException e = assertThrows(DaemonException.class, () -> client().json(large));
            assertEquals("too large", e.getMessage());
            assertEquals("send less", e.hint());
            assertEquals(413, e.refusal().status());
            done.countDown();
        }
    }

    @Test
    void readsAProblemWithAllThatItSays() throws IOException {
        DaemonException e = refusal(REFUSED + """
                        {"title": "rejected\\u001b[2J", "code": "program_rejected", "hint": "mend it", "status": 422,
                         "errors": [{"pointer": "/program", "detail": "not safe"}],
                         "violations": [{"kind": "form", "rule": "r", "message": "m", "instruction": 3, "text": "", "function": "f",
                          "source": null, "register": null, "state": "", "expected": "", "found": "", "hint": "", "path": [],
                          "of_a_later_version": 1}]}
                        """);
        assertEquals(Kind.REFUSED, e.kind());
        assertEquals("rejected\\u001b[2J", e.getMessage());
        assertEquals(
                List.of(new DaemonException.FieldError("/program", "not safe")),
                e.refusal().errors());
        assertEquals(3, e.refusal().violations().getFirst().instruction());
    }

    @Test
    void aRefusalThatIsNoProblemIsToldByItsStatus() throws IOException {
        assertEquals(
                "the daemon answers 502 Bad Gateway",
                refusal("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>")
                        .getMessage());
    }

    @Test
    void streamsUntilTheServerEndsAndReadsEvents() throws IOException {
        String events = ": hello\r\n\r\nid: 7\r\nevent: port\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nevent: stats\n"
                + "data:x\n\ndata: cut short";
        try (CannedServer _ = CannedServer.saying(
                        socket(), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events);
                ApiStream stream = client().stream(ApiRequest.get(ApiPath.of("events")))) {
            ServerEvents read = new ServerEvents(stream.body());
            assertEquals(new ServerEvents.Event("7", "port", "{\"a\":\n1}"), read.next());
            assertEquals(new ServerEvents.Event("7", "stats", "x"), read.next());
            assertNull(read.next());
        }
    }

    @Test
    void aStreamOfChunksComesAsItIsSent() throws IOException {
        byte[] expected = "abcdefgh".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
        StringBuilder chunks = new StringBuilder("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int at = 0; at < expected.length; at += 1_000) {
            chunks.append("3E8\r\n")
                    .append(new String(expected, at, 1_000, StandardCharsets.US_ASCII))
                    .append("\r\n");
        }
        try (CannedServer _ = CannedServer.saying(socket(), chunks + "0\r\n\r\n");
                ApiStream stream = client().stream(LIST)) {
            assertArrayEquals(expected, stream.body().readAllBytes());
        }
    }

    @Test
    void anInterruptEndsAStream() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (CannedServer _ = CannedServer.at(socket(), client -> {
                    CannedServer.readRequest(client);
                    CannedServer.say(client, "HTTP/1.1 200 OK\r\n\r\n");
                    done.await();
                });
                ApiStream stream = client().stream(LIST)) {
            Thread.currentThread().interrupt();
            assertEquals(-1, stream.body().read());
            assertTrue(Thread.interrupted());
            done.countDown();
        }
    }

    @Test
    void nobodyThereIsToldWithWhatToDo() {
        DaemonException e = assertThrows(DaemonException.class, () -> client().json(LIST));
        assertEquals(Kind.UNREACHABLE, e.kind());
        assertEquals("no daemon at " + socket(), e.getMessage());
        assertTrue(e.hint().startsWith("start one with 'weir daemon'"), e.hint());
    }

    @Test
    void aSocketThatNobodyServesAnyMoreIsTold() throws IOException {
        CannedServer.saying(socket(), "").close();
        DaemonException e = assertThrows(DaemonException.class, () -> client().json(LIST));
        assertEquals(Kind.UNREACHABLE, e.kind());
        assertEquals("nobody listens at " + socket() + " (Connection refused)", e.getMessage());
    }

    @Test
    void aPathThatIsTooLongForASocketIsTold() {
        DaemonException e = assertThrows(
                DaemonException.class,
                () -> DaemonClient.at(Path.of("/" + "x".repeat(107))).json(LIST));
        assertEquals(Kind.UNREACHABLE, e.kind());
    }
}
