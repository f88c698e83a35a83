// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a switch's events: what was posted is told, and nothing after it. */
@Timeout(60)
class EventQueueTest {
    private static final int CAPACITY = 1024;

    private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());

    private static SwitchEvent event(int number) {
        return new SwitchEvent.WorkerFault(number, "none");
    }

    private static int number(SwitchEvent event) {
        return ((SwitchEvent.WorkerFault) event).worker();
    }

    private static List<Integer> upTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    @Test
    void tellsWhatWasPostedBeforeTheEndAlsoWhenItIsFull() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        EventQueue events = new EventQueue("test", event -> {
            first.countDown();
            awaitQuietly(hold);
            told.add(number(event));
        });
        events.start();
        events.post(event(0));
        first.await(); // taken out, so that there is room for as many as there are places
        for (int i = 1; i <= CAPACITY; i++) {
            events.post(event(i));
        }
        assertEquals(0, events.lost());
        events.post(event(-1));
        assertEquals(1, events.lost());

        Thread.ofPlatform().daemon(true).start(hold::countDown);
        events.close();

        assertEquals(upTo(CAPACITY + 1), told);
        events.post(event(-1));
        events.close(); // again
        assertEquals(CAPACITY + 1, told.size());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a listener", e);
        }
    }

    @Test
    void aListenerThatInterruptsItsThreadEndsNothing() {
        EventQueue events = new EventQueue("test", event -> {
            told.add(number(event));
            Thread.currentThread().interrupt();
        });
        events.start();
        upTo(10).forEach(i -> events.post(event(i)));
        events.close();
        assertEquals(upTo(10), told);
    }

    @Test
    void aListenerMayCloseAndIsToldTheRest() throws Exception {
        AtomicReference<@Nullable EventQueue> own = new AtomicReference<>();
        CountDownLatch last = new CountDownLatch(10);
        EventQueue events = new EventQueue("test", event -> {
            EventQueue queue = own.get();
            if (queue != null) {
                queue.close();
            }
            told.add(number(event));
            last.countDown();
        });
        own.set(events);
        upTo(10).forEach(i -> events.post(event(i)));
        events.start();
        last.await();
        assertEquals(upTo(10), told);
    }

    @Test
    void closesWithoutHavingBegun() {
        EventQueue events = new EventQueue("test", event -> told.add(number(event)));
        events.post(event(1));
        events.close();
        assertTrue(told.isEmpty());
    }
}
