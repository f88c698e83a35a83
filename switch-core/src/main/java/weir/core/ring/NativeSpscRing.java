// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * {@link SpscRing} in native memory, same layout and same memory order, for rings that another process
 * or another runtime shares. The views are bounded by the segment, so a ring whose peer lies about an
 * index can never make this side read or write outside it: indices are masked and counts clamped.
 */
public final class NativeSpscRing {
    private static final VarHandle INDEX = JAVA_LONG.varHandle();

    private NativeSpscRing() {}

    private static int checked(MemorySegment ring, int capacityWords) {
        long needed = RingLayout.sizeBytes(capacityWords);
        if (ring.byteSize() < needed) {
            throw new IllegalArgumentException(
                    "insufficient ring memory: needed=" + needed + ", given=" + ring.byteSize());
        }
        return capacityWords - 1;
    }

    private static long wordByte(long index, int mask) {
        return RingLayout.WORDS_BYTE + ((index & mask) << 3);
    }

    /** The writing end over a segment in {@link RingLayout}. */
    public static final class Producer extends CacheLinePadded {
        private final MemorySegment ring;
        private final int mask;
        private long tail;
        private long consumerSeen;

        public Producer(MemorySegment ring, int capacityWords) {
            mask = checked(ring, capacityWords);
            this.ring = ring;
            tail = (long) INDEX.getAcquire(ring, (long) RingLayout.PRODUCER_BYTE);
            consumerSeen = tail - capacityWords; // as if full, so that the first put looks
        }

        /** Words that can be written now; never more than the capacity, whatever the peer wrote. */
        public int room() {
            long seen = (long) INDEX.getAcquire(ring, (long) RingLayout.CONSUMER_BYTE);
            long used = tail - seen;
            if (used < 0 || used > mask + 1) {
                return 0;
            }
            consumerSeen = seen;
            return (int) (mask + 1 - used);
        }

        /** Writes as many words as there is room for and returns how many; none while the peer's index is invalid. */
        public int put(long[] source, int from, int count) {
            int cachedRoom = (int) (mask + 1 - (tail - consumerSeen));
            int n = Math.min(count, cachedRoom >= count ? cachedRoom : room());
            for (int i = 0; i < n; i++) {
                ring.set(JAVA_LONG, wordByte(tail + i, mask), source[from + i]);
            }
            tail += n;
            return n;
        }

        /** Makes everything written so far visible to the consumer. */
        public void publish() {
            INDEX.setRelease(ring, (long) RingLayout.PRODUCER_BYTE, tail);
        }
    }

    /** The reading end over a segment in {@link RingLayout}. */
    public static final class Consumer extends CacheLinePadded {
        private final MemorySegment ring;
        private final int mask;
        private long head;
        private long producerSeen;

        public Consumer(MemorySegment ring, int capacityWords) {
            mask = checked(ring, capacityWords);
            this.ring = ring;
            head = (long) INDEX.getAcquire(ring, (long) RingLayout.CONSUMER_BYTE);
            producerSeen = head;
        }

        /** Words that can be read now, or -1 when the peer's index is outside the ring. */
        public int available() {
            producerSeen = (long) INDEX.getAcquire(ring, (long) RingLayout.PRODUCER_BYTE);
            long ready = producerSeen - head;
            return ready < 0 || ready > mask + 1 ? -1 : (int) ready;
        }

        /** Takes up to {@code max} words and returns how many; none while the peer's index is invalid. */
        public int take(long[] target, int from, int max) {
            long cached = producerSeen - head;
            int ready = cached >= max && cached <= mask + 1 ? max : available();
            int n = Math.min(max, ready);
            if (n <= 0) {
                return 0;
            }
            for (int i = 0; i < n; i++) {
                target[from + i] = ring.get(JAVA_LONG, wordByte(head + i, mask));
            }
            head += n;
            INDEX.setRelease(ring, (long) RingLayout.CONSUMER_BYTE, head);
            return n;
        }
    }
}
