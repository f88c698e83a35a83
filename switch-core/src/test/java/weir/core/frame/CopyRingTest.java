// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.testing.Seeds;

@Timeout(600)
class CopyRingTest {
    private static final long NAP_NANOS = 1_000;
    private static final int RECORD_OF_60 = 8 + 64;

    private static byte[] frame(int length, int number) {
        byte[] frame = new byte[length];
        Arrays.fill(frame, (byte) number);
        return frame;
    }

    @Test
    void holdsWhatFitsAndNotMore() {
        CopyRing ring = new CopyRing(3 * RECORD_OF_60, 16);
        for (int i = 0; i < 3; i++) {
            assertTrue(ring.writer().put(frame(60, i), i), "frame " + i);
        }
        assertFalse(ring.writer().put(frame(0, 3), 3), "no room for a byte more");
        ring.writer().publish();
        assertEquals(3, ring.reader().available(64));
        ring.reader().advance(1);
        assertFalse(ring.writer().put(frame(60, 3), 3), "a full ring must not look like an empty one");
        assertTrue(ring.writer().put(frame(40, 3), 3), "at the start, in front of the oldest");
    }

    @Test
    void holdsNotMoreFramesThanItWasMadeFor() {
        CopyRing ring = new CopyRing(1 << 16, 4);
        for (int i = 0; i < 4; i++) {
            assertTrue(ring.writer().put(frame(1, i), i));
        }
        assertFalse(ring.writer().put(frame(1, 4), 4));
        ring.writer().publish();
        ring.reader().advance(ring.reader().available(4));
        assertTrue(ring.writer().put(frame(1, 4), 4), "an empty ring begins anew");
    }

    @Test
    void aFrameThatIsLongerThanTheRingNeverFits() {
        CopyRing ring = new CopyRing(1024, 4);
        assertFalse(ring.writer().put(frame(1017, 0), 0));
        assertTrue(ring.writer().put(frame(1016, 0), 0));
    }

    static long[] seeds() {
        return Seeds.of(3);
    }

    /** Against a queue: what goes in comes out, whatever the lengths, and room that was there is used. */
    @ParameterizedTest
    @MethodSource("seeds")
    void behavesAsAQueue(long seed) {
        RandomGenerator random = Seeds.random(seed);
        CopyRing ring = new CopyRing(8192, 64);
        ArrayDeque<byte[]> model = new ArrayDeque<>();
        int number = 0;
        int put = 0;
        for (int step = 0; step < 50_000; step++) {
            if (random.nextInt(5) < 3) {
                byte[] next = frame(random.nextInt(step % 1000 < 900 ? 200 : 4000), number);
                if (ring.writer().put(next, number)) {
                    ring.writer().publish();
                    model.add(next);
                    number++;
                    put++;
                } else {
                    assertFalse(model.isEmpty(), "an empty ring takes a frame of " + next.length);
                }
            } else if (!model.isEmpty()) {
                int n = Math.min(1 + random.nextInt(8), ring.reader().available(64));
                for (int i = 0; i < n; i++) {
                    assertArrayEquals(model.remove(), ring.reader().bytes(i));
                    assertEquals(number - model.size() - 1, ring.reader().nanos(i), "its time came along");
                }
                ring.reader().advance(n);
            }
            assertEquals(model.size(), ring.reader().available(64));
        }
        assertTrue(put > 10_000, "frames that found room: " + put);
    }

    private static boolean isFilledWith(byte[] bytes, int number) {
        return Arrays.equals(bytes, frame(bytes.length, number));
    }

    @Test
    void carriesFramesBetweenTwoThreads() throws Exception {
        int count = 50_000;
        CopyRing ring = new CopyRing(1 << 14, 64);
        StringBuilder wrong = new StringBuilder();
        Thread reader = Thread.ofPlatform().start(() -> {
            for (int next = 0; next < count; ) {
                int n = ring.reader().available(32);
                for (int i = 0; i < n; i++, next++) {
                    byte[] bytes = ring.reader().bytes(i);
                    if (bytes.length != next % 300 || ring.reader().nanos(i) != next || !isFilledWith(bytes, next)) {
                        wrong.append("frame ").append(next);
                        return;
                    }
                }
                if (n == 0) {
                    LockSupport.parkNanos(NAP_NANOS);
                }
                ring.reader().advance(n);
            }
        });
        for (int i = 0; i < count && reader.isAlive(); ) {
            if (ring.writer().put(frame(i % 300, i), i)) {
                i++;
            } else {
                LockSupport.parkNanos(NAP_NANOS); // the reader may need this very core
            }
            ring.writer().publish();
        }
        assertTrue(reader.join(Duration.ofMinutes(5)), "the reader ends");
        assertEquals("", wrong.toString());
    }
}
