// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * BLOOM_FILTER, {@code kernel/bpf/bloom_filter.c}: as many bits, a power of two, as the kernel takes for
 * the same {@code max_entries} and number of hash functions ({@code map_extra}, 5 when 0). Which values
 * beside those pushed it takes for present differs from the kernel, as it differs between two of the
 * kernel's.
 */
public final class BloomFilter extends KeylessMap implements MessageMap {
    /** Bits of {@code map_extra} that count hash functions. */
    static final long HASHES_MASK = 0xf;

    private static final int DEFAULT_HASHES = 5;
    private static final long MAX_BITS = 1L << 32;

    private final int valueBytes;
    private final int hashes;
    private final KeyHash first;
    private final KeyHash second;
    private final long bitMask;
    private final long bits;

    BloomFilter(MapSpec spec, MapMemory memory) {
        super(spec, memory, Errno.EINVAL, Errno.EOPNOTSUPP);
        valueBytes = spec.valueBytes();
        hashes = spec.extra() == 0 ? DEFAULT_HASHES : (int) spec.extra();
        boolean isSeeded = (spec.flags() & MapFlags.ZERO_SEED) == 0;
        first = new KeyHash(valueBytes, isSeeded);
        second = isSeeded ? new KeyHash(valueBytes, true) : first;
        bitMask = bitCount(maxEntries(), hashes) - 1;
        bits = memory.require((bitMask + 1) / Long.SIZE, Long.BYTES, "bits");
    }

    /** Entries x hash functions x 7/5 (for 1/ln 2), up to a power of two. */
    private static long bitCount(long entries, int hashes) {
        long wanted = entries * hashes / 5 * 7;
        long power = Long.highestOneBit(Math.max(wanted - 1, 1)) << 1;
        return Math.min(Math.max(power, Long.SIZE), MAX_BITS);
    }

    @Override
    public int push(long valueAddress, long flags) {
        if (flags != MapFlags.ANY) {
            return -Errno.EINVAL;
        }
        int start = first.hash(valueAddress);
        int step = step(valueAddress, start);
        for (int i = 0; i < hashes; i++) {
            long bit = bit(start, step, i);
            Mem.getAndOrLong(word(bit), 1L << bit);
        }
        return 0;
    }

    @Override
    public int peek(long address) {
        int start = first.hash(address);
        int step = step(address, start);
        for (int i = 0; i < hashes; i++) {
            long bit = bit(start, step, i);
            if ((Mem.getLongAcquire(word(bit)) & 1L << bit) == 0) {
                return -Errno.ENOENT;
            }
        }
        return 0;
    }

    @Override
    public int pop(long toAddress) {
        return -Errno.EOPNOTSUPP;
    }

    /**
     * How full the filter is; which values it holds cannot be told.
     *
     * @param bits that there are
     * @param setBits those that are 1
     * @param hashes hash functions: bits that each value sets
     */
    public record Fill(long bits, long setBits, int hashes) {
        /** Different values that set so many bits on average, {@code -bits / hashes * ln(1 - share)}. */
        public double estimatedValues() {
            return -(double) bits / hashes * Math.log1p(-(double) setBits / bits);
        }

        /** Chance that a value that was never pushed is taken for present. */
        public double falsePositiveRate() {
            return Math.pow((double) setBits / bits, hashes);
        }
    }

    /** How full the filter is now. */
    public Fill fill() {
        long set = 0;
        for (long at = 0; at <= bitMask / Long.SIZE; at++) {
            set += Long.bitCount(Mem.getLongAcquire(bits + at * Long.BYTES));
        }
        return new Fill(bitMask + 1, set, hashes);
    }

    private int step(long value, int start) {
        return (second == first ? Integer.rotateLeft(start, Short.SIZE) : second.hash(value)) | 1;
    }

    private long bit(int start, int step, int i) {
        return Integer.toUnsignedLong(start + i * step) & bitMask;
    }

    private long word(long bit) {
        return bits + bit / Long.SIZE * Long.BYTES;
    }

    /** The "key" is the value asked for. */
    @Override
    int controlLookup(long value, long toAddress, boolean locked) {
        int result = peek(value);
        if (result == 0) {
            Words.copy(value, toAddress, valueBytes);
        }
        return result;
    }

    @Override
    int controlUpdate(long key, long value, long flags) {
        return push(value, flags);
    }
}
