// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.plane.ControlPlane;
import weir.control.plane.EventHub;
import weir.core.Switch;

/** The clients that listen to events. Any thread. */
public final class EventStreams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int SECONDS_PER_BEAT = 10;

    private final ControlPlane plane;
    private final EventHub hub;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final LongAdder lostEvents = new LongAdder();
    private final LongAdder lostSamples = new LongAdder();
    private final Runnable stopListening;
    private final ScheduledExecutorService clock;
    private int seconds;

    /** Without clients; a thread looks at the clock from now on. */
    public EventStreams(ControlPlane plane) {
        this.plane = plane;
        hub = plane.events();
        stopListening = hub.listen(() -> streams.forEach(EventStream::resume));
        clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon(true).name("weir-events").factory());
        ScheduledFuture<?> _ = clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Adds a client, which gets all new events from now on.
     *
     * @param afterId the last event that it knows; it gets those since then first
     */
    public EventStream open(EventFilter filter, EventClient client, long afterId) {
        EventStream stream = new EventStream(this, hub, filter, client, afterId);
        streams.add(stream);
        stream.resume();
        return stream;
    }

    /** The newest event, for clients that want only what is new. */
    public long lastId() {
        return hub.lastId();
    }

    void remove(EventStream stream) {
        streams.remove(stream);
    }

    /** Clients there are. */
    public int open() {
        return streams.size();
    }

    void countLost(long events) {
        lostEvents.add(events);
    }

    void countLostSample() {
        lostSamples.increment();
    }

    /** Events that clients were too slow for, or came too late for. */
    public long lostEvents() {
        return lostEvents.sum();
    }

    /** Counters that clients were too slow for. */
    public long lostSamples() {
        return lostSamples.sum();
    }

    private void tick() {
        try {
            if (++seconds % SECONDS_PER_BEAT == 0) {
                streams.forEach(EventStream::beat);
            }
            plane.switches().forEach(this::sample);
        } catch (RuntimeException e) {
            LOG.warn("counters were not told: {}", e.toString()); // and will be in a second
        }
    }

    private void sample(String name, Switch sw) {
        if (streams.stream().noneMatch(stream -> wants(stream, name))) {
            return;
        }
        Map<String, Object> stats = EventJson.stats(name, sw, Instant.now());
        streams.stream().filter(stream -> wants(stream, name)).forEach(stream -> stream.sample(stats));
    }

    private static boolean wants(EventStream stream, String switchName) {
        return stream.filter().takesStats() && stream.filter().takes(switchName);
    }

    @Override
    public void close() {
        stopListening.run();
        clock.shutdownNow();
        streams.forEach(EventStream::close);
    }
}
