// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.helper;

import weir.ebpf.memory.Mem;

/** The Internet checksum's sums as Linux keeps them: 32 bits, end-around carry; {@code include/net/checksum.h}. */
final class Checksums {
    private Checksums() {}

    /**
     * {@code bpf_csum_diff}: the seed without {@code from} and with {@code to}, folded to 16 bits.
     *
     * @param fromBytes may be 0, as may {@code toBytes}; lengths need not be even
     */
    static long difference(long from, int fromBytes, long to, int toBytes, int seed) {
        int sum = seed;
        if (fromBytes != 0 && toBytes != 0) {
            sum = add(partial(to, toBytes, sum), ~partial(from, fromBytes, 0));
        } else if (toBytes != 0) {
            sum = partial(to, toBytes, sum);
        } else if (fromBytes != 0) {
            sum = ~partial(from, fromBytes, ~sum);
        }
        return fold(sum);
    }

    /** {@code csum_partial}. */
    private static int partial(long address, int lengthBytes, int start) {
        long sum = Integer.toUnsignedLong(start);
        int at = 0;
        for (; at + Integer.BYTES <= lengthBytes; at += Integer.BYTES) {
            sum += Integer.toUnsignedLong(Mem.getInt(address + at));
        }
        int shift = 0;
        for (; at < lengthBytes; at++, shift += Byte.SIZE) {
            sum += (long) (Mem.getByte(address + at) & 0xff) << shift;
        }
        sum = (sum & 0xffff_ffffL) + (sum >>> 32);
        return (int) ((sum & 0xffff_ffffL) + (sum >>> 32));
    }

    /** {@code csum_add}. */
    private static int add(int a, int b) {
        int sum = a + b;
        return Integer.compareUnsigned(sum, b) < 0 ? sum + 1 : sum;
    }

    /** {@code csum_from32to16}. */
    private static long fold(int sum) {
        return Integer.toUnsignedLong(sum + Integer.rotateRight(sum, 16)) >>> 16;
    }
}
