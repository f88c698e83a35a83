// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import weir.core.Switch;

/** Events of all switches in one order, the last of them kept for those who are slow or come back. Any thread. */
public final class EventHub {
    /** Events that are kept. */
    public static final int KEPT = 1_024;

    /** Room between the identifiers of a daemon and those of one started a second later. */
    private static final int IDS_PER_SECOND_BITS = 20;

    private final @Nullable Event[] kept = new @Nullable Event[KEPT];
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final long firstId = (Instant.now().getEpochSecond() << IDS_PER_SECOND_BITS) + 1;
    private long nextId = firstId;

    /** Without events; identifiers are larger than those of every hub before. */
    public EventHub() {}

    /**
     * An event.
     *
     * @param id one more than that of the event before
     */
    public record Event(long id, Instant time, String switchName, Happening what) {}

    /**
     * Events in a row.
     *
     * @param missed events between the one asked for and the first of these that are no longer kept; -1 when it is not known
     *     how many, since they were those of another daemon
     * @param lastId where to go on
     */
    public record Piece(List<Event> events, long missed, long lastId) {}

    /** From now on events of this switch are told. */
    void follow(String name, Switch sw) {
        sw.listen(event -> publish(name, new Happening.OfSwitch(event)));
    }

    /** Tells an event to everyone. */
    void publish(String switchName, Happening what) {
        synchronized (this) {
            kept[place(nextId)] = new Event(nextId, Instant.now(), switchName, what);
            nextId++;
        }
        listeners.forEach(Runnable::run);
    }

    private static int place(long id) {
        return (int) (id % KEPT);
    }

    /** The newest event's identifier: who goes on after it gets only what is new. */
    public synchronized long lastId() {
        return nextId - 1;
    }

    /**
     * Events after one, oldest first, as far as they are kept.
     *
     * @param most so many at a time
     */
    public synchronized Piece after(long id, int most) {
        long oldest = Math.max(firstId, nextId - KEPT);
        long missed = 0;
        long from = id + 1;
        if (id < firstId - 1 || id >= nextId) {
            missed = -1;
            from = oldest;
        } else if (from < oldest) {
            missed = oldest - from;
            from = oldest;
        }
        List<Event> events = new ArrayList<>();
        long end = Math.min(nextId, from + most);
        for (long next = from; next < end; next++) {
            Event event = kept[place(next)];
            if (event != null) {
                events.add(event);
            }
        }
        return new Piece(events, missed, end - 1);
    }

    /** Is called after every event from now on, on any thread: must not block. */
    public Runnable listen(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
