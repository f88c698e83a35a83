// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.SplittableRandom;
import weir.ebpf.memory.Mem;

/**
 * Seeded hash and comparison of keys of one length, with short ways for 4, 8 and 16 bytes. Two words are folded by the
 * two halves of their 128-bit product, as wyhash does (github.com/wangyi-fudan/wyhash); buckets are picked from the top
 * bits. The seeds keep senders of frames from choosing keys that fall into one bucket.
 */
final class KeyHash {
    private static final long FIRST_SEED = 0x9E37_79B9_7F4A_7C15L;
    private static final long SECOND_SEED = 0xD6E8_FEB8_6659_FD93L;
    private static final SplittableRandom SEEDS = new SplittableRandom();

    private final int bytes;
    private final long firstSeed;
    private final long secondSeed;

    /** @param isSeeded false for {@link MapFlags#ZERO_SEED} */
    KeyHash(int bytes, boolean isSeeded) {
        this.bytes = bytes;
        firstSeed = FIRST_SEED ^ (isSeeded ? nextSeed() : 0);
        // Odd, since it is what the words of short keys are multiplied by.
        secondSeed = (SECOND_SEED ^ (isSeeded ? nextSeed() : 0)) | 1;
    }

    private static long nextSeed() {
        synchronized (SEEDS) {
            return SEEDS.nextLong();
        }
    }

    /** Always odd. */
    int hash(long key) {
        if (bytes == Integer.BYTES) {
            return hashWords(Integer.toUnsignedLong(Mem.getInt(key)), 0);
        }
        if (bytes == Long.BYTES) {
            return hashWords(Mem.getLong(key), 0);
        }
        if (bytes == 2 * Long.BYTES) {
            return hashWords(Mem.getLong(key), Mem.getLong(key + Long.BYTES));
        }
        return hashLong(key);
    }

    /** The same for a key of at most 16 bytes in two words, little endian, with zeros behind its end. */
    int hashWords(long low, long high) {
        return finish(fold(low ^ firstSeed, high ^ secondSeed));
    }

    private int hashLong(long key) {
        long state = firstSeed;
        int at = 0;
        for (; bytes - at > 2 * Long.BYTES; at += Long.BYTES) {
            state = fold(state ^ Mem.getLong(key + at), secondSeed);
        }
        int inFirst = Math.min(bytes - at, Long.BYTES);
        long low = word(key + at, inFirst);
        return finish(fold(low ^ state, word(key + at + inFirst, bytes - at - inFirst) ^ secondSeed));
    }

    /** At most 8 bytes as a number, little endian. */
    private static long word(long address, int lengthBytes) {
        if (lengthBytes == Long.BYTES) {
            return Mem.getLong(address);
        }
        long word = 0;
        for (int i = lengthBytes - 1; i >= 0; i--) {
            word = word << Byte.SIZE | Byte.toUnsignedLong(Mem.getByte(address + i));
        }
        return word;
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static int finish(long state) {
        return (int) (state >>> Integer.SIZE) | 1;
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
