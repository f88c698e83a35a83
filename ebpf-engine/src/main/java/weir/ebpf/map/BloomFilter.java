// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * BLOOM_FILTER, {@code kernel/bpf/bloom_filter.c}: as many bits, a power of two, as the kernel takes for
 * the same {@code max_entries} and number of hash functions ({@code map_extra}, 5 when 0). Which values
 * beside those pushed it takes for present differs from the kernel, as it differs between two of the
 * kernel's.
 */
final class BloomFilter extends BaseMap implements MessageMap {
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
        super(spec, memory);
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

    private int step(long value, int start) {
        return (second == first ? Integer.rotateLeft(start, Short.SIZE) : second.hash(value)) | 1;
    }

    private long bit(int start, int step, int i) {
        return Integer.toUnsignedLong(start + i * step) & bitMask;
    }

    private long word(long bit) {
        return bits + bit / Long.SIZE * Long.BYTES;
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        return MapMemory.NONE;
    }

    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        return -Errno.EINVAL;
    }

    @Override
    public int delete(long keyAddress) {
        return -Errno.EOPNOTSUPP;
    }

    /** Programs reach none of the bits. */
    @Override
    public boolean contains(long address, long lengthBytes) {
        return false;
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

    @Override
    int controlNextKey(long key, long toAddress) {
        return -Errno.EOPNOTSUPP;
    }
}
