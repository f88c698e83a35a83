// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.EventHub;
import weir.control.plane.EventHub.Event;

/**
 * Events for one client, as server-sent events (HTML standard, section 9.2). It remembers only how far the client has come:
 * events stay in the hub, so a client that does not read costs no memory, and is told what it missed when it reads again.
 * Counters that it cannot take when they are read are not sent at all.
 */
public final class EventStream {
    private static final int EVENTS_AT_A_TIME = 32;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final EventStreams streams;
    private final EventHub hub;
    private final EventFilter filter;
    private final EventClient client;
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private long sentId;
    private long lostSamples;
    private boolean isQuiet;
    private volatile boolean isClosed;

    EventStream(EventStreams streams, EventHub hub, EventFilter filter, EventClient client, long sentId) {
        this.streams = streams;
        this.hub = hub;
        this.filter = filter;
        this.client = client;
        this.sentId = sentId;
    }

    EventFilter filter() {
        return filter;
    }

    /** There may be something to send, or the client takes more again. Any thread. */
    public void resume() {
        if (!isClosed && isScheduled.compareAndSet(false, true)) {
            client.execute(this::send);
        }
    }

    private void send() {
        isScheduled.set(false);
        while (!isClosed && !client.isFull()) {
            EventHub.Piece piece = hub.after(sentId, EVENTS_AT_A_TIME);
            if (piece.missed() != 0) {
                tellMissed(piece.missed());
            }
            piece.events().stream().filter(filter::takes).forEach(this::write);
            sentId = piece.lastId();
            if (piece.events().size() < EVENTS_AT_A_TIME) {
                return;
            }
        }
    }

    private void tellMissed(long missed) {
        streams.countLost(Math.max(0, missed));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("missed", missed < 0 ? null : missed);
        write("", "gap", json);
    }

    private void write(Event event) {
        write("id: " + event.id() + "\n", EventJson.type(event).label(), EventJson.of(event));
    }

    private void write(String id, String type, Map<String, Object> json) {
        isQuiet = false;
        client.write(id + "event: " + type + "\ndata: " + JSON.writeValueAsString(json) + "\n\n");
    }

    /** Counters of a switch. Any thread. */
    void sample(Map<String, Object> stats) {
        client.execute(() -> {
            if (isClosed) {
                return;
            }
            if (client.isFull()) {
                lostSamples++;
                streams.countLostSample();
                return;
            }
            Map<String, Object> json = stats;
            if (lostSamples > 0) {
                json = new LinkedHashMap<>(stats);
                json.put("lost_samples", lostSamples);
                lostSamples = 0;
            }
            write("", EventType.STATS.label(), json);
        });
    }

    /** A comment, when there was nothing else since the last call: shows both ends that the other is there. */
    void beat() {
        client.execute(() -> {
            if (isQuiet && !isClosed && !client.isFull()) {
                client.write(":\n\n");
            }
            isQuiet = true;
        });
    }

    /** The client is gone. Any thread. */
    public void close() {
        if (!isClosed) {
            isClosed = true;
            streams.remove(this);
        }
    }
}
