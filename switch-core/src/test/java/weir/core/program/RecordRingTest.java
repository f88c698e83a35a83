// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.core.testing.Seeds;
import weir.ebpf.map.Bytes;
import weir.testing.RunSize;

/** What is written comes out whole and in order, or is counted as lost. */
class RecordRingTest {
    private static final int RECORDS = RunSize.of(100_000, 5_000_000);

    @Test
    void keepsOrderOverTheEndAndRefusesWhatDoesNotFit() {
        RecordRing ring = new RecordRing(1 << 10);
        try (Arena arena = Arena.ofConfined()) {
            RandomGenerator random = Seeds.random(Seeds.of(1)[0]);
            MemorySegment source = arena.allocate(2048);
            byte number = 0;
            for (int round = 0; round < 1000; round++) {
                List<Bytes> expected = new ArrayList<>();
                int bytes = random.nextInt(1, 200);
                while (true) {
                    source.asSlice(0, bytes).fill(number);
                    if (!ring.write(3, number, source.address(), bytes, source.address(), bytes % 5)) {
                        break;
                    }
                    expected.add(Bytes.of(source.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE)));
                    number++;
                    bytes = random.nextInt(1, 200);
                }
                for (Bytes each : expected) {
                    RecordRing.Taken taken = ring.take();
                    assertEquals(each, taken.first());
                    assertEquals(each.length() % 5, taken.second().length());
                    assertEquals(3, taken.worker());
                }
                assertNull(ring.take());
            }
            assertEquals(1000, ring.lost());
            assertFalse(ring.write(0, 0, source.address(), 1025, source.address(), 0));
        }
    }

    @Test
    void writersThatMeetLoseRecordsAndNothingElse() throws InterruptedException {
        RecordRing ring = new RecordRing(1 << 12);
        AtomicLong written = new AtomicLong();
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 2; w++) {
            int writer = w;
            writers.add(Thread.ofPlatform().start(() -> write(ring, writer, written)));
        }
        long[] next = new long[2];
        long taken = 0;
        while (writers.stream().anyMatch(Thread::isAlive) || taken < written.get()) {
            RecordRing.Taken record = ring.take();
            if (record != null) {
                taken++;
                assertTrue(record.nanos() >= next[record.worker()], "order of one writer");
                next[record.worker()] = record.nanos() + 1;
                for (int i = 0; i < record.first().length(); i++) {
                    assertEquals((byte) record.nanos(), record.first().at(i));
                }
            }
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertEquals(2L * RECORDS, taken + ring.lost());
    }

    private static void write(RecordRing ring, int writer, AtomicLong written) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(64);
            for (int i = 0; i < RECORDS; i++) {
                int bytes = 1 + i % 64;
                source.asSlice(0, bytes).fill((byte) i);
                if (ring.write(writer, i, source.address(), bytes, source.address(), 0)) {
                    written.incrementAndGet();
                }
            }
        }
    }
}
