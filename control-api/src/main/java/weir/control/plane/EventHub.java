// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import weir.core.Switch;
import weir.core.SwitchEvent;

/** Events of all switches in one order, the last of them kept for those who come back. Any thread. */
public final class EventHub {
    /** Events that are kept. */
    public static final int KEPT = 1_024;

    private final Deque<Event> last = new ArrayDeque<>();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private long nextId = 1;

    /**
     * An event.
     *
     * @param id one more than that of the event before
     */
    public record Event(long id, Instant time, String switchName, SwitchEvent what) {}

    /** From now on events of this switch are told. */
    void follow(String name, Switch sw) {
        sw.listen(event -> publish(name, event));
    }

    private void publish(String switchName, SwitchEvent what) {
        Event event;
        synchronized (this) {
            event = new Event(nextId++, Instant.now(), switchName, what);
            last.addLast(event);
            if (last.size() > KEPT) {
                last.removeFirst();
            }
        }
        listeners.forEach(listener -> listener.accept(event));
    }

    /** Events after one, oldest first, as far as they are kept. */
    public synchronized List<Event> last(long afterId) {
        List<Event> after = new ArrayList<>();
        for (Event event : last) {
            if (event.id() > afterId) {
                after.add(event);
            }
        }
        return after;
    }

    /** Hears of every event from now on, on the threads of switches: must not block. */
    public AutoCloseable listen(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
