// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.SplittableRandom;
import weir.ebpf.memory.Mem;

/**
 * Seeded hash and comparison of keys of one length, with short ways for 4, 8 and 16 bytes. Words are
 * folded by the two halves of a 128-bit product; buckets are picked from the top bits. The seed keeps
 * senders of frames from choosing keys that fall into one bucket.
 */
final class KeyHash {
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
    private static final long FINISH = 0xD6E8_FEB8_6659_FD93L;
    private static final SplittableRandom SEEDS = new SplittableRandom();

    private final int bytes;
    private final long seed;
    private final long multiplier;

    /** @param isSeeded false for {@link MapFlags#ZERO_SEED} */
    KeyHash(int bytes, boolean isSeeded) {
        this.bytes = bytes;
        seed = isSeeded ? nextSeed() : 0;
        multiplier = ((isSeeded ? nextSeed() : 0) ^ MULTIPLIER) | 1;
    }

    private static long nextSeed() {
        synchronized (SEEDS) {
            return SEEDS.nextLong();
        }
    }

    int hash(long key) {
        if (bytes == Integer.BYTES) {
            return finish(fold(seed ^ Integer.toUnsignedLong(Mem.getInt(key))));
        }
        if (bytes == Long.BYTES) {
            return finish(fold(seed ^ Mem.getLong(key)));
        }
        if (bytes == 2 * Long.BYTES) {
            return finish(fold(fold(seed ^ Mem.getLong(key)) ^ Mem.getLong(key + Long.BYTES)));
        }
        return hashLong(key);
    }

    /**
     * The same for a key of at most 16 bytes in two words, little endian, with zeros behind its end.
     *
     * @param high of no meaning for keys of at most 8 bytes
     */
    int hashWords(long low, long high) {
        if (bytes == Integer.BYTES || bytes == Long.BYTES) {
            return finish(fold(seed ^ low));
        }
        if (bytes < Long.BYTES) {
            return finish(fold(seed ^ bigEndian(low, bytes)));
        }
        long state = fold(seed ^ low);
        long rest = bytes == 2 * Long.BYTES ? high : bigEndian(high, bytes - Long.BYTES);
        return finish(fold(state ^ rest));
    }

    /** The low bytes of a word as a number whose first byte counts most. */
    private static long bigEndian(long word, int lengthBytes) {
        return Long.reverseBytes(word) >>> (Long.SIZE - lengthBytes * Byte.SIZE);
    }

    private int hashLong(long key) {
        long state = seed;
        int i = 0;
        for (; i <= bytes - Long.BYTES; i += Long.BYTES) {
            state = fold(state ^ Mem.getLong(key + i));
        }
        if (i < bytes) {
            long rest = 0;
            for (; i < bytes; i++) {
                rest = rest << Byte.SIZE | Byte.toUnsignedLong(Mem.getByte(key + i));
            }
            state = fold(state ^ rest);
        }
        return finish(state);
    }

    private long fold(long word) {
        return word * multiplier ^ Math.unsignedMultiplyHigh(word, multiplier);
    }

    private static int finish(long state) {
        return (int) ((state * FINISH) >>> Integer.SIZE);
    }

    boolean equal(long a, long b) {
        if (bytes == Integer.BYTES) {
            return Mem.getInt(a) == Mem.getInt(b);
        }
        if (bytes == Long.BYTES) {
            return Mem.getLong(a) == Mem.getLong(b);
        }
        if (bytes == 2 * Long.BYTES) {
            return Mem.getLong(a) == Mem.getLong(b) && Mem.getLong(a + Long.BYTES) == Mem.getLong(b + Long.BYTES);
        }
        return Words.equal(a, b, bytes);
    }
}
