// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.testing.Seeds;

/** What the ring on the heap and the one in native memory have in common. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
abstract class SpscRingContractTest {
    /** The two ends of a ring, as far as both kinds offer them. */
    interface Ends {
        int room();

        int put(long[] source, int from, int count);

        void publish();

        int available();

        int take(long[] target, int from, int max);
    }

    abstract Ends ring(int capacityWords);

    @Test
    void isEmptyWhenMade() {
        Ends ring = ring(8);
        assertEquals(8, ring.room());
        assertEquals(0, ring.available());
        assertEquals(0, ring.take(new long[8], 0, 8));
    }

    @Test
    void showsNothingBeforeItIsPublished() {
        Ends ring = ring(8);
        ring.put(new long[] {1, 2, 3}, 0, 3);
        assertEquals(0, ring.available());
        ring.publish();
        assertEquals(3, ring.available());
    }

    @Test
    void takesBackWhatWasPutInOrder() {
        Ends ring = ring(8);
        assertEquals(3, ring.put(new long[] {9, 1, 2, 3, 9}, 1, 3));
        ring.publish();
        long[] got = new long[5];
        assertEquals(2, ring.take(got, 1, 2));
        assertEquals(1, ring.take(got, 3, 8));
        assertArrayEquals(new long[] {0, 1, 2, 3, 0}, got);
    }

    @Test
    void rejectsWriteWhenSpaceIsShort() {
        Ends ring = ring(4);
        long[] words = {1, 2, 3, 4, 5, 6};
        assertEquals(4, ring.put(words, 0, 6), "as many as there is room for");
        assertEquals(0, ring.put(words, 4, 2));
        assertEquals(0, ring.room());
        ring.publish();
        long[] got = new long[6];
        assertEquals(1, ring.take(got, 0, 1));
        assertEquals(1, ring.room());
        assertEquals(1, ring.put(words, 4, 2));
        ring.publish();
        assertEquals(4, ring.take(got, 1, 5));
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 0}, got);
    }

    @Test
    void holdsOneWordWhenThatIsItsCapacity() {
        Ends ring = ring(1);
        long[] got = new long[1];
        for (long i = 1; i < 10; i++) {
            assertEquals(1, ring.put(new long[] {i, i}, 0, 2));
            ring.publish();
            assertEquals(1, ring.take(got, 0, 1));
            assertEquals(i, got[0]);
        }
    }

    @Test
    void putAndTakeOfNothingDoNothing() {
        Ends ring = ring(4);
        assertEquals(0, ring.put(new long[0], 0, 0));
        ring.publish();
        assertEquals(0, ring.take(new long[0], 0, 0));
        assertEquals(4, ring.room());
    }

    @Test
    void agreesWithAQueueOnRandomBatchesAcrossManyWraps() {
        for (long seed : Seeds.of(20)) {
            RandomGenerator random = Seeds.random(seed);
            int capacity = 1 << random.nextInt(7);
            Ends ring = ring(capacity);
            Queue<Long> model = new ArrayDeque<>();
            int unpublished = 0;
            long next = 1;
            long[] words = new long[capacity + 3];
            for (int i = 0; i < 5_000; i++) {
                int count = random.nextInt(words.length + 1);
                if (random.nextBoolean()) {
                    for (int k = 0; k < count; k++) {
                        words[k] = next + k;
                    }
                    int n = ring.put(words, 0, count);
                    assertEquals(Math.min(count, capacity - model.size()), n, "seed " + seed);
                    for (int k = 0; k < n; k++) {
                        model.add(next++);
                    }
                    unpublished += n;
                    if (random.nextBoolean()) {
                        ring.publish();
                        unpublished = 0;
                    }
                } else {
                    int n = ring.take(words, 0, count);
                    assertEquals(Math.min(count, model.size() - unpublished), n, "seed " + seed);
                    for (int k = 0; k < n; k++) {
                        assertEquals(model.remove(), words[k], "seed " + seed);
                    }
                }
            }
        }
    }

    @Test
    void passesEverythingBetweenTwoThreads() throws InterruptedException {
        Ends ring = ring(64);
        long count = 1_000_000;
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().daemon(true).start(() -> {
            long[] got = new long[50];
            long expected = 0;
            while (expected < count) {
                int n = ring.take(got, 0, got.length);
                for (int i = 0; i < n; i++) {
                    if (got[i] != expected++) {
                        wrong.compareAndSet(null, "word " + (expected - 1) + " is " + got[i]);
                    }
                }
                if (n == 0) {
                    LockSupport.parkNanos(1);
                }
            }
        });
        long[] words = new long[37];
        for (long sent = 0; sent < count; ) {
            long first = sent;
            Arrays.setAll(words, i -> first + i);
            int n = ring.put(words, 0, (int) Math.min(words.length, count - sent));
            ring.publish();
            sent += n;
            if (n == 0) {
                LockSupport.parkNanos(1);
            }
        }
        reader.join(300_000);
        assertTrue(!reader.isAlive(), "the reader got everything");
        assertEquals(null, wrong.get());
    }
}
