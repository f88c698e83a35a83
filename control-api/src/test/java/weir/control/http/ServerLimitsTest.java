// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.SwitchDefinition;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What clients may not do to the server, and what they get instead. */
@Timeout(120)
@RequiresFeature(Feature.LINUX)
class ServerLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final int FRAMES = 20_000;

    @TempDir
    Path folder;

    static Stream<Arguments> badRequests() {
        String long9k = "a".repeat(9_000);
        return Stream.of(
                Arguments.of("POST", "/v1/switches", "{\"name\":", "", 400, "invalid"),
                Arguments.of("POST", "/v1/switches", "[".repeat(33) + "]".repeat(33), "", 400, "invalid"),
                Arguments.of("POST", "/v1/switches", "[".repeat(10_000), "", 400, "invalid"),
                Arguments.of("POST", "/v1/switches", "x".repeat((1 << 20) + 1), "", 413, "too_large"),
                Arguments.of("GET", "/nothing", "", "", 404, "not_found"),
                Arguments.of("GET", "/v1/" + "x".repeat(5_000), "", "", 414, "too_large"),
                Arguments.of("GET", "/v1/switches", "", "X-Long: " + long9k, 431, "too_large"),
                Arguments.of("PATCH", "/v1/switches", "{}", "", 405, "method_not_allowed"),
                Arguments.of("DELETE", "/v1/switches/none", "", "", 404, "not_found"),
                Arguments.of("POST", "/v1/switches", "{\"name\":\"b\"}", "If-Match: \"other\"", 412, "stale"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void isAProblemWithCodeTitleAndHint(String method, String path, String body, String field, int status, String code)
            throws Exception {
        try (RunningServer server = RunningServer.in(folder)) {
            String[] fields = field.isEmpty() ? new String[0] : new String[] {field};
            RawClient.Answer answer = server.ask(method, path, body, fields);
            assertEquals(status, answer.status(), answer::toString);
            assertTrue(answer.isProblem(), answer.head());
            assertEquals(code, answer.json().path("code").asString());
            assertFalse(answer.json().path("title").asString().isEmpty(), "title");
            assertFalse(answer.json().path("hint").asString().isEmpty(), "hint");
            assertFalse(answer.body().contains("at weir.") || answer.body().contains("Exception"), answer::body);
            assertEquals(200, server.ask("GET", "/v1/switches", "").status(), "others are served");
            assertTrue(server.plane().topology().switches().isEmpty(), "nothing was changed");
        }
    }

    @Test
    void the65thConnectionIsToldToWaitAndRoomIsThereAgainAfterOneHasGone() throws Exception {
        List<RawClient> idle = new ArrayList<>();
        try (RunningServer server = RunningServer.in(folder)) {
            for (int i = 0; i < ApiServer.MAX_CONNECTIONS; i++) {
                idle.add(new RawClient(server.socket()));
            }
            awaitConnections(server, ApiServer.MAX_CONNECTIONS);
            try (RawClient last = new RawClient(server.socket())) {
                RawClient.Answer answer = last.answer();
                assertEquals(503, answer.status());
                assertEquals("too_many", answer.json().path("code").asString());
            }
            idle.removeLast().close();
            awaitConnections(server, ApiServer.MAX_CONNECTIONS - 1);
            assertEquals(200, server.ask("GET", "/v1/switches", "").status());
        } finally {
            closeAll(idle);
        }
    }

    private static void awaitConnections(RunningServer server, int count) {
        Law.eventually(count + " connections", () -> server.server().connectionCount() == count);
    }

    private static void closeAll(List<RawClient> clients) throws IOException {
        for (RawClient each : clients) {
            each.close();
        }
    }

    @Test
    void connectionsThatDoNotSendAWholeRequestInTimeAreClosed() throws Exception {
        try (RunningServer server = RunningServer.in(folder, SHORT);
                RawClient silent = new RawClient(server.socket());
                RawClient half = new RawClient(server.socket());
                RawClient withoutBody = new RawClient(server.socket());
                RawClient dripping = new RawClient(server.socket())) {
            half.send("GET /v1/swi");
            withoutBody.send("POST /v1/switches HTTP/1.1\r\nHost: weir\r\nContent-Length: 100\r\n\r\n{");
            CountDownLatch closed = new CountDownLatch(1);
            Thread drips = Thread.ofPlatform().start(() -> drip(dripping, closed));
            assertAll(
                    () -> assertEquals("", silent.rest()),
                    () -> assertEquals("", half.rest()),
                    () -> assertEquals(408, withoutBody.answer().status()),
                    () -> assertEquals("", dripping.rest()));
            closed.countDown();
            drips.join();
        }
    }

    /** A byte of a request every 50 ms, until the server has had enough. */
    private static void drip(RawClient client, CountDownLatch closed) {
        try {
            for (char each :
                    "GET /v1/switches HTTP/1.1\r\nX: ".concat("a".repeat(1_000)).toCharArray()) {
                client.send(String.valueOf(each));
                if (closed.await(50, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // closed, as the test expects
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aThousandConnectionsAndSlowReadersCostNoFrame() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (RunningServer server = RunningServer.in(folder)) {
            // Without a loop guard, whose probes would be frames, too.
            SwitchDefinition quiet =
                    new SwitchDefinition(1, SwitchDefinition.DEFAULT.waitMode(), false, null, Map.of(), Set.of());
            server.plane().change(now -> now.with("sw", quiet), ChangeOptions.DEFAULT);
            MemoryPort a = new MemoryPort("a");
            MemoryPort b = new MemoryPort("b");
            server.plane().require("sw").attach(a, PortOptions.named("a"));
            server.plane().require("sw").attach(b, PortOptions.named("b"));
            Thread flood = Thread.ofPlatform().start(() -> connectMany(server.socket(), clients));
            MemoryEndpoint from = a.endpoint();
            MemoryEndpoint to = b.endpoint();
            long[] received = new long[64];
            int got = 0;
            for (int sent = 0; sent < FRAMES || flood.isAlive(); sent++) {
                while (from.send(new long[] {from.frameOf(frame())}, 0, 1) == 0) {
                    Thread.onSpinWait();
                }
                int most = 0;
                while (most == 0) {
                    most = to.receive(received, 0, received.length);
                }
                to.release(received, 0, most);
                got += most;
                assertEquals(sent + 1, got, "frames");
            }
            flood.join();
        } finally {
            closeAll(clients);
        }
    }

    private static byte[] frame() {
        byte[] frame = new byte[64];
        frame[0] = (byte) 0xff;
        frame[5] = (byte) 0xff;
        frame[6] = 2;
        frame[12] = 8;
        return frame;
    }

    private static void connectMany(Path socket, List<RawClient> clients) {
        String slow = RawClient.request("GET", "/v1/switches", "")
                .replace("Connection: close\r\n", "")
                .repeat(200);
        for (int i = 0; i < 1_000; i++) {
            try {
                RawClient client = new RawClient(socket);
                clients.add(client);
                if (i < 30) {
                    client.send(slow);
                }
            } catch (IOException e) {
                // Refused, which is what the limit is for.
            }
        }
    }
}
