// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import java.util.Arrays;

/**
 * What a worker has to do at certain times: a binary heap of {@link Timed} things, the next one on top, each of which
 * knows its place. Times are exact to the clock. There is one thing for each direction of an emulated link, not for each
 * frame, since frames of a direction are due in order: so the heap is small, and a worker without any looks at one field.
 * One thread.
 */
public final class Timers {
    private static final int FIRST_CAPACITY = 8;

    private Timed[] heap = new Timed[FIRST_CAPACITY];
    private int size;

    /** Something that is to be done at a time. */
    public abstract static class Timed {
        private static final int NOWHERE = -1;

        private long dueNanos;
        private int place = NOWHERE;

        /** For subclasses. */
        protected Timed() {}

        /** Called once, when the time has come; it may be scheduled again from here. */
        protected abstract void fire(long nowNanos);
    }

    /** Nothing is scheduled. */
    public Timers() {}

    public boolean isEmpty() {
        return size == 0;
    }

    /** Time until the next one is due, 0 when it is already; {@code Long.MAX_VALUE} when there is none. */
    public long nanosUntilNext(long nowNanos) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, heap[0].dueNanos - nowNanos);
    }

    /** Fires what is due now, each once. Returns how many. */
    public int fireDue(long nowNanos) {
        int fired = 0;
        int bound = size;
        while (fired < bound && size > 0 && heap[0].dueNanos - nowNanos <= 0) {
            Timed first = heap[0];
            cancel(first);
            first.fire(nowNanos);
            fired++;
        }
        return fired;
    }

    /** Schedules, or moves what is scheduled to another time. */
    void schedule(Timed timed, long dueNanos) {
        if (timed.place == Timed.NOWHERE) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            timed.place = size++;
        } else if (timed.dueNanos == dueNanos) {
            return;
        }
        timed.dueNanos = dueNanos;
        settle(timed);
    }

    /** Forgets it, if it is scheduled. */
    void cancel(Timed timed) {
        int place = timed.place;
        if (place == Timed.NOWHERE) {
            return;
        }
        timed.place = Timed.NOWHERE;
        Timed last = heap[--size];
        if (place != size) {
            last.place = place;
            settle(last);
        }
    }

    /** Puts it where it belongs, from its place upwards or downwards. */
    private void settle(Timed timed) {
        int place = timed.place;
        while (place > 0) {
            int parent = (place - 1) / 2;
            if (heap[parent].dueNanos - timed.dueNanos <= 0) {
                break;
            }
            put(heap[parent], place);
            place = parent;
        }
        int child = earlierChild(place);
        while (child > 0 && heap[child].dueNanos - timed.dueNanos < 0) {
            put(heap[child], place);
            place = child;
            child = earlierChild(place);
        }
        put(timed, place);
    }

    private int earlierChild(int place) {
        int left = 2 * place + 1;
        if (left >= size) {
            return 0;
        }
        int right = left + 1;
        return right < size && heap[right].dueNanos - heap[left].dueNanos < 0 ? right : left;
    }

    private void put(Timed timed, int place) {
        heap[place] = timed;
        timed.place = place;
    }
}
