// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.ebpf.memory.Mem;
import weir.testing.RunSize;

class RingBufferTest {
    private static final int SIZE = 4096;
    /** Waiters give up their CPU at once: the one they wait for may need it. */
    private static final int WAIT = SpinWord.SPINS_PER_YIELD;

    private static final long SEED = Long.getLong("weir.seed", System.nanoTime() & 0xff_ffffL);

    private static RingBuffer ring() {
        return (RingBuffer) Maps.create(MapCases.map(MapType.RINGBUF, 0, 0, SIZE), 2);
    }

    @Test
    void handsOverInOrderOfReservationUpToTheFirstUnsubmitted() {
        try (RingBuffer ring = ring()) {
            long first = ring.reserve(8, 0);
            long second = ring.reserve(12, 0);
            long third = ring.reserve(1, 0);
            Mem.putLong(first, 1);
            Mem.putLong(second, 2);
            Mem.putByte(third, (byte) 3);
            ring.submit(second, 0);
            List<String> seen = new ArrayList<>();
            RingBuffer.Reader reader = (address, length) -> seen.add(length + ":" + Mem.getByte(address));

            assertEquals(0, ring.consume(reader, 10));
            ring.submit(first, 0);
            assertEquals(2, ring.consume(reader, 10));
            ring.discard(third, 0);
            assertEquals(0, ring.consume(reader, 10));
            assertEquals(List.of("8:1", "12:2"), seen);
            assertEquals(0, ring.query(RingBuffer.AVAILABLE));
            assertEquals(16 + 24 + 16, ring.query(RingBuffer.CONSUMER_POSITION));
            assertEquals(SIZE, ring.query(RingBuffer.RING_SIZE));
            assertEquals(0, ring.query(9));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (RingBuffer ring = ring()) {
            assertEquals(0, ring.reserve(SIZE, 0));
            assertEquals(0, ring.reserve(-1, 0));
            assertEquals(0, ring.reserve(8, 1));
            assertEquals(0, ring.reserve(SIZE - 8, 0), "the ring is never quite full");
            assertNotEquals(0, ring.reserve(SIZE - 16, 0));
            assertEquals(0, ring.reserve(0, 0));
            assertEquals(-Errno.EAGAIN, ring.output(0, 0, 0));
            assertEquals(-Errno.EINVAL, ring.output(0, 0, 4));
        }
    }

    @Test
    void wakesTheConsumerAsTheKernelDoes() {
        try (RingBuffer ring = ring()) {
            AtomicInteger wakeups = new AtomicInteger();
            ring.onWakeup(wakeups::incrementAndGet);
            ring.submit(ring.reserve(8, 0), 0);
            assertEquals(1, wakeups.get(), "the record the consumer comes to next");
            ring.submit(ring.reserve(8, 0), 0);
            assertEquals(1, wakeups.get(), "it has not read the first");
            ring.submit(ring.reserve(8, 0), RingBuffer.FORCE_WAKEUP);
            assertEquals(2, wakeups.get());
            ring.consume((address, length) -> {}, 10);
            ring.submit(ring.reserve(8, 0), RingBuffer.NO_WAKEUP);
            assertEquals(2, wakeups.get());
        }
    }

    /** Random records against a list of those reserved: only their own bytes, and only until they are submitted. */
    @Test
    void containsOnlyUnsubmittedRecords() {
        System.out.println("seed " + SEED);
        RandomGenerator random = new SplittableRandom(SEED);
        try (RingBuffer ring = ring()) {
            Deque<long[]> open = new ArrayDeque<>();
            for (int i = 0; i < RunSize.of(20_000, 500_000); i++) {
                int length = random.nextInt(4) == 0 ? random.nextInt(1500) : random.nextInt(40);
                long record = random.nextInt(3) == 0 ? 0 : ring.reserve(length, 0);
                if (record != 0) {
                    open.addLast(new long[] {record, length});
                } else if (!open.isEmpty()) {
                    long[] done = random.nextBoolean() ? open.removeFirst() : open.removeLast();
                    ring.submit(done[0], 0);
                    assertFalse(ring.contains(done[0], 1));
                    ring.consume((address, bytes) -> assertFalse(ring.contains(address, 1)), 100);
                }
                for (long[] one : open) {
                    assertTrue(one[1] == 0 || ring.contains(one[0], one[1]));
                    assertFalse(ring.contains(one[0], one[1] + 1));
                    assertFalse(ring.contains(one[0] - 1, 1));
                    assertTrue(one[1] == 0 || ring.contains(one[0] + one[1] - 1, 1));
                    assertFalse(ring.contains(one[0] + one[1], 1));
                }
            }
        }
    }

    @Test
    void losesNothingBetweenTwoProducersAndAConsumer() throws Exception {
        int count = RunSize.of(50_000, 1_000_000);
        try (RingBuffer ring = ring();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> producers = new ArrayList<>();
            for (int id = 0; id < 2; id++) {
                int producer = id;
                producers.add(threads.submit(() -> produce(ring, producer, count)));
            }
            int[] next = new int[2];
            int seen = 0;
            RingBuffer.Reader reader = (address, length) -> {
                int producer = Mem.getInt(address);
                assertEquals(next[producer]++, Mem.getInt(address + 4));
                for (int at = 8; at < length; at += 4) {
                    assertEquals(producer, Mem.getInt(address + at));
                }
            };
            while (seen < 2 * count) {
                int taken = ring.consume(reader, 50);
                seen += taken;
                if (taken == 0) {
                    SpinWord.pause(WAIT);
                }
            }
            for (Future<?> producer : producers) {
                producer.get();
            }
            assertEquals(0, ring.query(RingBuffer.AVAILABLE));
        }
    }

    private static void produce(RingBuffer ring, int producer, int count) {
        for (int i = 0; i < count; i++) {
            int length = 8 + i % 20 * 4;
            long record = ring.reserve(length, 0);
            while (record == 0) {
                SpinWord.pause(WAIT);
                record = ring.reserve(length, 0);
            }
            for (int at = 0; at < length; at += 4) {
                Mem.putInt(record + at, producer);
            }
            Mem.putInt(record + 4, i);
            ring.submit(record, 0);
        }
    }
}
