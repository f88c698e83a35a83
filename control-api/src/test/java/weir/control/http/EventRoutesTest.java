// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import weir.control.metrics.PrometheusText;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.plane.EventHub;
import weir.core.Switch;
import weir.core.link.LinkSettings;
import weir.core.testing.Law;

/** {@code /v1/events} of a daemon. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class EventRoutesTest {
    /** As many as a server takes, less a few that ask for metrics meanwhile. */
    private static final int CLIENTS = ApiServer.MAX_CONNECTIONS - 4;

    @TempDir
    private Path folder;

    private ObservedDaemon daemon;
    private Switch sw;

    @BeforeEach
    void start() throws Exception {
        daemon = new ObservedDaemon(folder);
        sw = daemon.create("sw0");
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    /** An event as it came. */
    private record Received(String id, String type, JsonNode data) {}

    /** A client that reads line by line, when it is asked to. */
    private static final class Listener implements AutoCloseable {
        private final StreamingClient.Answer answer;
        private final BufferedReader lines;

        Listener(StreamingClient.Answer answer) throws IOException {
            this.answer = answer;
            assertEquals(200, answer.status());
            assertEquals("text/event-stream", answer.header("Content-Type"));
            lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            assertEquals("retry: 1000", lines.readLine());
            assertEquals("", lines.readLine());
        }

        /** The next event; comments are passed over. */
        Received next() throws IOException {
            String id = "";
            String type = "";
            String data = "";
            for (String line = lines.readLine(); !line.isEmpty() || data.isEmpty(); line = lines.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                }
            }
            return new Received(id, type, Answers.JSON.readTree(data));
        }

        @Override
        public void close() throws IOException {
            answer.close();
        }
    }

    private Listener listen(String query, String... headers) throws IOException {
        return new Listener(daemon.http().get("/v1/events" + query, headers));
    }

    /** Attaches port p; what is told from now on comes of what the test does next. */
    private void attachAndHear() throws Exception {
        long before = daemon.plane().events().lastId();
        daemon.attach(sw, "p");
        Law.eventually("the port is told", () -> daemon.plane().events().lastId() > before);
    }

    /** The link of a port again and again; each time is an event. */
    private void changeLink(int times) {
        for (int i = 0; i < times; i++) {
            sw.links().set("p", LinkSettings.parse("delay:" + (i + 1) + "ms"));
        }
    }

    private double metric(String name) throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/metrics")) {
            assertEquals(200, answer.status());
            return PrometheusText.parse(answer.text()).sum(name);
        }
    }

    @Test
    void tellsWhatIsChosenInOrder() throws Exception {
        try (Listener links = listen("?types=link,port&switch=sw0");
                Listener config = listen("?types=config")) {
            daemon.create("sw1");
            daemon.attach(daemon.plane().require("sw1"), "p");
            daemon.attach(sw, "p");
            changeLink(2);
            Received attached = links.next();
            assertEquals("port", attached.type());
            assertEquals("port_attached", attached.data().get("kind").stringValue());
            assertEquals("sw0", attached.data().get("switch").stringValue());
            assertEquals("p", attached.data().get("port").stringValue());
            List<String> settings = new ArrayList<>();
            long before = Long.parseLong(attached.id());
            for (int i = 0; i < 2; i++) {
                Received link = links.next();
                assertEquals("link", link.type());
                settings.add(link.data().get("settings").stringValue());
                assertTrue(Long.parseLong(link.id()) > before, link::id);
                before = Long.parseLong(link.id());
            }
            assertEquals(List.of("delay:1ms", "delay:2ms"), settings);
            daemon.plane().change(now -> now.without("sw1"), ChangeOptions.DEFAULT);
            assertEquals("+ sw1", change(config.next()));
            assertEquals("- sw1", change(config.next()));
        }
    }

    private static String change(Received event) {
        assertEquals("config", event.type());
        return event.data().get("sign").stringValue() + " "
                + event.data().get("place").stringValue();
    }

    /** Those that were held up somewhere come together; of some in a row two are a second apart. */
    @Test
    void tellsCountersOnceASecond() throws Exception {
        daemon.attach(sw, "p");
        List<Long> millis = new ArrayList<>();
        try (Listener stats = listen("?types=stats&switch=sw0")) {
            long since = System.nanoTime();
            while (millis.size() < 30 && millis.stream().skip(1).noneMatch(each -> each > 500 && each < 5_000)) {
                Received each = stats.next();
                long now = System.nanoTime();
                millis.add(TimeUnit.NANOSECONDS.toMillis(now - since));
                since = now;
                assertEquals("stats", each.type());
                assertEquals("", each.id());
                assertEquals(0, each.data().at("/ports/p/received").intValue());
            }
        }
        assertTrue(millis.size() < 30, () -> "milliseconds between two: " + millis);
    }

    @Test
    void goesOnAfterTheLastEventThatCame() throws Exception {
        attachAndHear();
        Received last;
        try (Listener first = listen("?types=link")) {
            changeLink(1);
            last = first.next();
        }
        changeLink(5);
        try (Listener again = listen("?types=link", "Last-Event-ID: " + last.id())) {
            for (int i = 1; i <= 5; i++) {
                Received event = again.next();
                assertEquals("delay:" + i + "ms", event.data().get("settings").stringValue());
                assertEquals(Long.parseLong(last.id()) + i, Long.parseLong(event.id()));
            }
        }
    }

    @Test
    void saysWhatIsNoLongerKept() throws Exception {
        attachAndHear();
        int events = EventHub.KEPT + 10;
        long before = daemon.plane().events().lastId();
        for (int i = 0; i < events; i++) {
            changeLink(1);
            long expected = before + i + 1; // one by one: the switch's own queue is no larger than the hub's
            Law.eventually("event " + i, () -> daemon.plane().events().lastId() >= expected);
        }
        try (Listener late = listen("?types=link", "Last-Event-ID: " + before)) {
            Received gap = late.next();
            assertEquals("gap", gap.type());
            assertEquals(
                    daemon.plane().events().lastId() - before - EventHub.KEPT,
                    gap.data().get("missed").longValue());
            for (int i = 0; i < EventHub.KEPT; i++) {
                assertEquals("link", late.next().type());
            }
        }
        try (Listener stranger = listen("?types=link", "Last-Event-ID: 17")) {
            Received gap = stranger.next();
            assertEquals("gap", gap.type());
            assertTrue(gap.data().get("missed").isNull(), "another daemon's events are not counted");
        }
    }

    @Test
    void aClientThatDoesNotReadCostsNothingAndIsToldWhatItMissed() throws Exception {
        attachAndHear();
        try (Listener slow = listen("?types=link");
                Listener quick = listen("?types=link")) {
            int events = 20_000; // far more than sockets and queues take
            long before = daemon.plane().events().lastId();
            for (int i = 0; i < events; i++) {
                changeLink(1);
                if (i % 64 == 0) {
                    long expected = before + i - 900;
                    Law.eventually(
                            "the switch's queue has room",
                            () -> daemon.plane().events().lastId() >= expected);
                }
            }
            Law.eventually("all are told", () -> daemon.plane().events().lastId() >= before + events);
            assertEquals(before + events, daemon.plane().events().lastId(), "the switch lost none");
            long seen = 0;
            long missed = 0;
            while (seen + missed < events) {
                Received next = slow.next();
                if (next.type().equals("gap")) {
                    missed += next.data().get("missed").longValue();
                } else {
                    seen++;
                    assertEquals(before + seen + missed, Long.parseLong(next.id()));
                }
            }
            assertTrue(missed > 0, () -> "nothing was missed");
            assertTrue(metric("weir_event_stream_lost_events_total") >= missed, "lost events are counted");
            assertEquals("link", quick.next().type());
        }
    }

    @Test
    void manyClientsHearTheSame() throws Exception {
        daemon.attach(sw, "p");
        List<Listener> listeners = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                listeners.add(listen("?types=link"));
            }
            Law.eventually("all are there", () -> metric("weir_event_streams") == CLIENTS);
            changeLink(3);
            for (Listener each : listeners) {
                for (int i = 1; i <= 3; i++) {
                    assertEquals(
                            "delay:" + i + "ms",
                            each.next().data().get("settings").stringValue());
                }
            }
        } finally {
            for (Listener each : listeners) {
                each.close();
            }
        }
        Law.eventually("clients that went are forgotten", this::isNobodyThere);
    }

    /** Until they are, there may be no room for who asks. */
    private boolean isNobodyThere() throws IOException {
        try (StreamingClient.Answer answer = daemon.http().get("/metrics")) {
            return answer.status() == 200 && PrometheusText.parse(answer.text()).sum("weir_event_streams") == 0;
        }
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        try (StreamingClient.Answer answer = daemon.http().get("/v1/events?types=port,prot")) {
            assertEquals(400, answer.status());
            JsonNode problem = answer.json();
            assertEquals("invalid", problem.get("code").stringValue());
            assertTrue(problem.get("hint").stringValue().contains("did you mean"), problem::toString);
        }
        try (StreamingClient.Answer answer = daemon.http().get("/v1/events", "Last-Event-ID: abc")) {
            assertEquals(400, answer.status());
        }
    }
}
