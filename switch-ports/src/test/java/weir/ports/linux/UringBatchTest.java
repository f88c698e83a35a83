// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.core.frame.Mem;
import weir.testing.AllocatedBytes;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** On an eventfd: a write adds to its counter, a read takes the counter or finds nothing. */
@RequiresFeature(Feature.LINUX)
class UringBatchTest {
    private static final int CAPACITY = 8;
    private static final int WORD = Long.BYTES;
    private static final int EAGAIN = -Errno.EAGAIN.number();

    private Fd counter;
    private Arena arena;
    private MemorySegment words;

    @BeforeEach
    @SuppressWarnings("MustBeClosedChecker") // closed after each test
    void open() throws LinuxException {
        counter = Fd.eventCounter();
        arena = Arena.ofConfined();
        words = arena.allocate(ValueLayout.JAVA_LONG, CAPACITY);
    }

    @AfterEach
    void close() {
        counter.close();
        arena.close();
    }

    @Test
    void everyOperationOfARunIsDoneWhenItReturns() throws LinuxException {
        try (UringBatch writes = UringBatch.writing(counter.number(), CAPACITY);
                UringBatch reads = UringBatch.reading(counter.number(), CAPACITY, WORD)) {
            for (int round = 1; round <= 100; round++) { // often past the end of the rings
                int count = 1 + round % CAPACITY;
                for (int i = 0; i < count; i++) {
                    words.setAtIndex(ValueLayout.JAVA_LONG, i, round + i);
                    writes.put(i, address(i), WORD);
                }
                assertEquals(count, writes.run(count));
                for (int i = 0; i < count; i++) {
                    assertEquals(WORD, writes.result(i));
                }
                assertEquals(count * round + count * (count - 1) / 2, sumOf(reads, round));
            }
        }
    }

    /** Reads more often than there is something: the first gets it, the others hear EAGAIN and do not wait. */
    private long sumOf(UringBatch reads, int round) {
        int count = Math.max(2, round % CAPACITY);
        assertEquals(count, reads.run(count));
        assertEquals(WORD, reads.result(0));
        for (int i = 1; i < count; i++) {
            assertEquals(EAGAIN, reads.result(i));
        }
        return Mem.getLong(reads.buffer(0));
    }

    @Test
    void writesOfOneAreaAndOfTwoTakeTurns() throws LinuxException {
        try (UringBatch writes = UringBatch.writing(counter.number(), CAPACITY);
                UringBatch reads = UringBatch.reading(counter.number(), CAPACITY, WORD)) {
            words.setAtIndex(ValueLayout.JAVA_LONG, 0, 7);
            words.setAtIndex(ValueLayout.JAVA_LONG, 1, 100);
            for (int round = 0; round < CAPACITY; round++) { // each entry is of one and of two areas
                writes.put(0, address(0), WORD, address(1), WORD);
                writes.put(1, address(0), WORD);
                writes.put(2, address(1), WORD);
                assertEquals(3, writes.run(3));
                assertEquals(2 * WORD, writes.result(0));
                assertEquals(WORD, writes.result(1));
                assertEquals(1, reads.run(1));
                assertEquals(214, Mem.getLong(reads.buffer(0)));
            }
        }
    }

    @Test
    void everyReadHasItsOwnBuffer() throws LinuxException {
        try (UringBatch reads = UringBatch.reading(counter.number(), CAPACITY, WORD)) {
            for (int round = 0; round < 5; round++) {
                assertEquals(3, reads.run(3));
                assertTrue(Math.abs(reads.buffer(1) - reads.buffer(0)) >= WORD);
                assertTrue(Math.abs(reads.buffer(2) - reads.buffer(1)) >= WORD);
                assertTrue(Math.abs(reads.buffer(2) - reads.buffer(0)) >= WORD);
            }
        }
    }

    @Test
    void oneThatFailsDoesNotStopTheOthers() throws LinuxException {
        try (UringBatch writes = UringBatch.writing(counter.number(), CAPACITY)) {
            words.setAtIndex(ValueLayout.JAVA_LONG, 0, 1);
            writes.put(0, address(0), WORD);
            writes.put(1, 1, WORD); // an address that nobody has
            writes.put(2, address(0), WORD);

            assertEquals(3, writes.run(3));
            assertEquals(WORD, writes.result(0));
            assertEquals(-Errno.EFAULT.number(), writes.result(1));
            assertEquals(WORD, writes.result(2));
        }
    }

    @Test
    void runsAllocateNothing() throws LinuxException {
        try (UringBatch reads = UringBatch.reading(counter.number(), CAPACITY, WORD)) {
            assertEquals(0, AllocatedBytes.ofRun(1, () -> readNothing(reads, 20_000)));
        }
    }

    private void readNothing(UringBatch reads, int runs) {
        for (int run = 0; run < runs; run++) {
            int _ = reads.run(CAPACITY);
        }
    }

    @Test
    void refusesWhatIsNoDescriptor() {
        assertThrows(LinuxException.class, () -> UringBatch.reading(Integer.MAX_VALUE, CAPACITY, WORD));
        assertThrows(LinuxException.class, () -> UringBatch.reading(counter.number(), 0, WORD));
    }

    @Test
    void theDescriptorIsFreeAgainAfterwards() throws LinuxException {
        UringBatch reads = UringBatch.reading(counter.number(), CAPACITY, WORD);
        reads.close();
        reads.close();
        try (UringBatch again = UringBatch.reading(counter.number(), CAPACITY, WORD)) {
            assertEquals(1, again.run(1));
            assertEquals(EAGAIN, again.result(0));
        }
    }

    private long address(int index) {
        return words.address() + (long) index * WORD;
    }
}
