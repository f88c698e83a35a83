// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static weir.control.cli.AnswerText.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.client.ServerEvents;

/** Hears the daemon's events, on a thread of its own, and keeps the last of them. Other threads read. */
final class TopEvents implements AutoCloseable {
    private static final int KEPT = 100;
    private static final int AGAIN_SECONDS = 2;

    /** {@code HH:MM:SS} of ISO 8601. */
    private static final int TIME_FROM = 11;

    private static final int TIME_TO = 19;

    private final DaemonClient client;
    private final Thread thread =
            Thread.ofPlatform().name("weir-top-events").daemon(true).unstarted(this::run);
    private final Deque<Line> lines = new ArrayDeque<>();
    private String lastId = "";
    private final AtomicLong heard = new AtomicLong();

    private record Line(String switchName, String text) {}

    TopEvents(DaemonClient client) {
        this.client = client;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            ApiRequest request = ApiRequest.get(ApiPath.of("events")).withHeader("Accept", "text/event-stream");
            if (!lastId.isEmpty()) {
                request = request.withHeader("Last-Event-ID", lastId);
            }
            try (ApiStream stream = client.stream(request)) {
                ServerEvents events = new ServerEvents(stream.body());
                for (ServerEvents.Event event = events.next(); event != null; event = events.next()) {
                    lastId = event.id();
                    add(event.data());
                }
            } catch (RuntimeException e) {
                // DaemonException most likely: the sampler meets the same, and tells of it.
            }
            try {
                TimeUnit.SECONDS.sleep(AGAIN_SECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void add(String json) {
        JsonNode event;
        try {
            event = JsonMapper.shared().readTree(json);
        } catch (JacksonException e) {
            return; // of a daemon of another version
        }
        if (!event.has("text")) {
            return;
        }
        String time = text(event, "time");
        String clock = time.length() < TIME_TO ? time : time.substring(TIME_FROM, TIME_TO);
        String name = text(event, "switch");
        synchronized (lines) {
            lines.addLast(new Line(name, clock + "  " + name + "  " + text(event, "text")));
            if (lines.size() > KEPT) {
                lines.removeFirst();
            }
        }
        heard.incrementAndGet();
    }

    /** How many there have been: whether there are new ones. */
    long heard() {
        return heard.get();
    }

    /** The last ones of a switch, or of all for an empty name; oldest first. */
    List<String> last(String switchName) {
        synchronized (lines) {
            return lines.stream()
                    .filter(line -> switchName.isEmpty() || line.switchName().equals(switchName))
                    .map(Line::text)
                    .toList();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
