// SPDX-License-Identifier: Apache-2.0
package weir.core.ring;

/**
 * The bytes of a single-producer single-consumer ring of 64-bit words. One layout for the heap (a
 * {@code long[]}) and for memory shared between processes.
 *
 * <pre>
 *  byte 0     +---------------------------+
 *             | producer index (long)     |  written by the producer with release
 *             | waiting (long)            |  not 0: the consumer sleeps, or is about to
 *             | padding to 128 bytes      |
 *  byte 128   +---------------------------+
 *             | consumer index (long)     |  written by the consumer with release
 *             | padding to 128 bytes      |
 *  byte 256   +---------------------------+
 *             | word 0 .. capacity - 1    |  capacity is a power of two
 *             +---------------------------+
 * </pre>
 *
 * Both indices count words since the ring was made and never wrap; word {@code i} lives at {@code i &
 * (capacity - 1)}. Two cache lines apart, because the adjacent-line prefetcher pulls pairs. The waiting
 * word is written by the consumer, but seldom, and read by the producer after each batch: so it stands
 * on the line that the producer has anyway.
 */
public final class RingLayout {
    public static final int PRODUCER_BYTE = 0;
    public static final int WAITING_BYTE = 8;
    public static final int CONSUMER_BYTE = 128;
    public static final int WORDS_BYTE = 256;

    static final int PRODUCER_WORD = PRODUCER_BYTE / Long.BYTES;
    static final int WAITING_WORD = WAITING_BYTE / Long.BYTES;
    static final int CONSUMER_WORD = CONSUMER_BYTE / Long.BYTES;
    static final int FIRST_WORD = WORDS_BYTE / Long.BYTES;

    private static final int MAX_CAPACITY = 1 << 26;

    private RingLayout() {}

    /** Bytes that a ring of this capacity takes. */
    public static long sizeBytes(int capacityWords) {
        return WORDS_BYTE + (long) checkCapacity(capacityWords) * Long.BYTES;
    }

    /** The smallest valid capacity that holds {@code words}. */
    public static int capacityFor(int words) {
        if (words < 1 || words > MAX_CAPACITY) {
            throw new IllegalArgumentException("ring of " + words + " words is out of range [1, " + MAX_CAPACITY + "]");
        }
        return words == 1 ? 1 : Integer.highestOneBit(words - 1) << 1;
    }

    static int checkCapacity(int capacityWords) {
        if (capacityWords < 1 || capacityWords > MAX_CAPACITY || Integer.bitCount(capacityWords) != 1) {
            throw new IllegalArgumentException(
                    "ring capacity " + capacityWords + " is not a power of two in [1, " + MAX_CAPACITY + "]");
        }
        return capacityWords;
    }
}
