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

        /** Index of the next word; what belongs to it may stand elsewhere, at {@code position() & (capacity - 1)}. */
        public long position() {
            return tail;
        }

        /**
         * As {@link #room()}, but content with {@code enough}: then the peer's index is not looked at.
         *
         * @return words that can be written, or -1 while the peer's index is outside the ring
         */
        public int roomFor(int enough) {
            int known = (int) (mask + 1 - (tail - consumerSeen));
            if (known >= enough) {
                return known;
            }
            long seen = (long) INDEX.getAcquire(ring, (long) RingLayout.CONSUMER_BYTE);
            long used = tail - seen;
            if (used < 0 || used > mask + 1) {
                return -1;
            }
            consumerSeen = seen;
            return (int) (mask + 1 - used);
        }

        /** Writes a word {@code ahead} places behind the next one; the caller has seen {@link #roomFor}. */
        public void set(int ahead, long word) {
            ring.set(JAVA_LONG, wordByte(tail + ahead, mask), word);
        }

        /** Makes the next {@code count} words, which were written by {@link #set}, visible to the consumer. */
        public void publish(int count) {
            tail += count;
            publish();
        }

        /**
         * What the consumer last wrote about its sleep: 0 while it is awake. Pairs with {@link
         * Consumer#setWaiting}: ask after a full fence behind {@link #publish()}.
         */
        public long waiting() {
            return (long) INDEX.getAcquire(ring, (long) RingLayout.WAITING_BYTE);
        }

        /** Goes on where the peer says it is, with an empty ring; for a peer whose index is outside of it. */
        public void resynchronise() {
            tail = (long) INDEX.getAcquire(ring, (long) RingLayout.CONSUMER_BYTE);
            consumerSeen = tail;
            publish();
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
            advance(n);
            return n;
        }

        /** Index of the oldest word; what belongs to it may stand elsewhere, at {@code position() & (capacity - 1)}. */
        public long position() {
            return head;
        }

        /**
         * Copies up to {@code max} words, each read once, and leaves them in the ring.
         *
         * @return how many, or -1 while the peer's index is outside the ring
         */
        public int peek(long[] target, int from, int max) {
            long cached = producerSeen - head;
            int ready = cached >= max && cached <= mask + 1 ? max : available();
            int n = Math.min(max, ready);
            for (int i = 0; i < n; i++) {
                target[from + i] = ring.get(JAVA_LONG, wordByte(head + i, mask));
            }
            return n;
        }

        /** Gives the oldest {@code count} words, and what belongs to them, back to the producer. */
        public void advance(int count) {
            head += count;
            INDEX.setRelease(ring, (long) RingLayout.CONSUMER_BYTE, head);
        }

        /**
         * Says how this side sleeps: 0 when it is awake, else a number that differs from sleep to sleep, so that
         * a producer can tell whether it has woken this one. Between saying so and sleeping come a full fence and
         * one more look at {@link #available()}. A wake-up may come late, when its word was taken already: the sleep
         * after it has a new number, too.
         */
        public void setWaiting(long sleep) {
            INDEX.setRelease(ring, (long) RingLayout.WAITING_BYTE, sleep);
        }

        /** Goes on where the peer says it is, with an empty ring; whatever was waiting is lost. */
        public void resynchronise() {
            head = (long) INDEX.getAcquire(ring, (long) RingLayout.PRODUCER_BYTE);
            producerSeen = head;
            INDEX.setRelease(ring, (long) RingLayout.CONSUMER_BYTE, head);
        }
    }
}
