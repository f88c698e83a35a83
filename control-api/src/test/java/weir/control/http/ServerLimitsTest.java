// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import weir.core.Switch;
import weir.core.counter.PortCounters;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What clients may not do to the server, and what they get instead. */
@Timeout(300)
@RequiresFeature(Feature.LINUX)
class ServerLimitsTest {
    private static final Duration SHORT = Duration.ofSeconds(2);

    /** For tests whose connections stay, however slow the machine is. */
    private static final Duration LONG = Duration.ofMinutes(10);

    /** A machine that stands still may use up the time before anything has come. */
    private static final int TRIES = 5;

    private static final String WITHOUT_BODY =
            "POST /v1/switches HTTP/1.1\r\nHost: weir\r\nContent-Length: 100\r\n\r\n{";

    private static final int FRAMES = 20_000;
    /** Frames on their way in either direction. */
    private static final int WINDOW = 16;

    private static final int CLIENTS = 1_000;
    private static final int SLOW_READERS = 30;
    private static final ValueLayout.OfInt NUMBER = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

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
        try (RunningServer server = RunningServer.in(folder, LONG)) {
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
                RawClient dripping = new RawClient(server.socket())) {
            CountDownLatch closed = new CountDownLatch(1);
            Thread drips = Thread.ofPlatform().start(() -> drip(dripping, closed));
            assertAll(
                    () -> assertEquals("", silent.rest()),
                    () -> assertEquals(0, answerTo(server, "GET /v1/swi", 1).status()),
                    () -> assertEquals(
                            408, answerTo(server, WITHOUT_BODY, TRIES).status()),
                    () -> assertEquals("", dripping.rest()));
            closed.countDown();
            drips.join();
        }
    }

    /** What comes of the beginning of a request; once more, up to so many times, when nothing was said. */
    private static RawClient.Answer answerTo(RunningServer server, String beginning, int tries) throws IOException {
        RawClient.Answer answer = new RawClient.Answer(0, "", "");
        for (int i = 0; i < tries && answer.status() == 0; i++) {
            try (RawClient client = new RawClient(server.socket())) {
                client.send(beginning);
                answer = client.answer();
            } catch (IOException e) {
                // Closed before it was sent.
            }
        }
        return answer;
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

    /**
     * Two stations send each other numbered frames while 1,000 clients connect: 30 of them ask for much and read nothing, all
     * stay. Each frame comes once and in its order, and the books of the switch say the same.
     */
    @Test
    void aThousandConnectionsAndSlowReadersCostNoFrame() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (RunningServer server = RunningServer.in(folder, LONG)) {
            // Without a loop guard, whose probes would be frames, too.
            SwitchDefinition quiet =
                    new SwitchDefinition(1, SwitchDefinition.DEFAULT.waitMode(), false, null, Map.of(), Set.of());
            server.plane().change(now -> now.with("sw", quiet), ChangeOptions.DEFAULT);
            Switch sw = server.plane().require("sw");
            MemoryPort a = new MemoryPort("a");
            MemoryPort b = new MemoryPort("b");
            sw.attach(a, PortOptions.named("a"));
            sw.attach(b, PortOptions.named("b"));
            Station first = new Station(a.endpoint(), 1);
            Station second = new Station(b.endpoint(), 2);
            Thread flood = Thread.ofPlatform().start(() -> connectMany(server.socket(), clients));
            int sent = 0;
            for (; sent < FRAMES || flood.isAlive(); sent += WINDOW) {
                first.send(sent, 2);
                second.send(sent, 1);
                first.receive(sent);
                second.receive(sent);
            }
            flood.join();
            assertEquals(CLIENTS, clients.size(), "clients");
            awaitConnections(server, ApiServer.MAX_CONNECTIONS);
            for (int more = 0; more < FRAMES; more += WINDOW, sent += WINDOW) {
                first.send(sent, 2);
                second.receive(sent);
            }
            Law.assertComesToHold(sw);
            long all = sw.counters().values().stream()
                    .mapToLong(port -> port.received() - port.transmitted())
                    .sum();
            assertEquals(0, all, "frames that came in and did not go out");
            assertEquals(
                    2L * sent - FRAMES,
                    sw.counters().values().stream()
                            .mapToLong(PortCounters::transmitted)
                            .sum());
            assertTrue(sw.detach("a") && sw.detach("b"), "detached");
            first.endpoint.close();
            second.endpoint.close();
            Law.eventually("all slots are back", () -> sw.slotsInUse() == 0);
        } finally {
            closeAll(clients);
        }
    }

    /** A station that sends numbered frames to another, some at a time, and gets as many back. */
    private static final class Station {
        private static final int NUMBER_AT = 14;

        private final MemoryEndpoint endpoint;
        private final int address;
        private final long[] frames = new long[WINDOW];

        Station(MemoryEndpoint endpoint, int address) {
            this.endpoint = endpoint;
            this.address = address;
        }

        void send(int number, int to) {
            for (int i = 0; i < WINDOW; i++) {
                ByteBuffer frame = ByteBuffer.allocate(64);
                frame.put(5, (byte) to).put(0, (byte) 2).put(6, (byte) 2).put(11, (byte) address);
                frame.put(12, (byte) 8).putInt(NUMBER_AT, number + i);
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                do {
                    frames[i] = endpoint.frameOf(frame.array());
                    assertTrue(System.nanoTime() - deadline < 0, "no slot comes back");
                } while (frames[i] < 0); // the switch has its second, and may need more
            }
            for (int done = 0; done < WINDOW; ) {
                done += endpoint.send(frames, done, WINDOW - done);
            }
        }

        void receive(int number) {
            for (int got = 0; got < WINDOW; ) {
                int count = endpoint.receive(frames, got, WINDOW - got);
                for (int i = got; i < got + count; i++) {
                    int came = endpoint.bytes(frames[i]).get(NUMBER, NUMBER_AT);
                    assertEquals(number + i, came, "number of the frame");
                }
                got += count;
            }
            endpoint.release(frames, 0, WINDOW);
        }
    }

    private static void connectMany(Path socket, List<RawClient> clients) {
        String slow = RawClient.request("GET", "/v1/switches", "")
                .replace("Connection: close\r\n", "")
                .repeat(200);
        for (int i = 0; i < CLIENTS; i++) {
            try {
                RawClient client = new RawClient(socket);
                clients.add(client);
                if (i < SLOW_READERS) {
                    client.send(slow);
                }
            } catch (IOException e) {
                // Refused, which is what the limit is for.
            }
        }
    }
}
