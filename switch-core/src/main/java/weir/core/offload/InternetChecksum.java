// SPDX-License-Identifier: Apache-2.0
package weir.core.offload;

import weir.core.frame.Mem;

/**
 * The checksum of IP, TCP and UDP: RFC 1071. Sums are kept in the machine's byte order, which the sum does not mind
 * (section 2 B), in a {@code long} that cannot overflow for frames.
 */
final class InternetChecksum {
    private static final int SHORT_MASK = 0xffff;
    private static final long INT_MASK = 0xffff_ffffL;

    private InternetChecksum() {}

    /** Sum of the 16-bit words of an area, not folded. The area begins at an even byte of what is summed. */
    static long sum(long address, int lengthBytes) {
        long even = 0;
        long odd = 0;
        int at = 0;
        for (; at <= lengthBytes - 16; at += 16) {
            long first = Mem.getLong(address + at);
            long second = Mem.getLong(address + at + 8);
            even += (first & INT_MASK) + (first >>> 32);
            odd += (second & INT_MASK) + (second >>> 32);
        }
        long sum = even + odd;
        for (; at <= lengthBytes - 2; at += 2) {
            sum += Mem.getShort(address + at) & SHORT_MASK;
        }
        return at < lengthBytes ? sum + (Mem.getByte(address + at) & 0xff) : sum;
    }

    /** A number of the packet as a sum takes it: as if it stood there in network byte order. */
    static long word(int value) {
        return Short.reverseBytes((short) value) & SHORT_MASK;
    }

    /** What {@link #word} would have added, taken away again. */
    static long withoutWord(int value) {
        return SHORT_MASK - word(value);
    }

    /** The checksum to be stored with {@link Mem#putShort}: the complement of the folded sum. */
    static short finish(long sum) {
        return (short) ~fold(sum);
    }

    /** As {@link #finish}, but 0xffff for 0, which is as good a sum and says in UDP that there is one (RFC 768). */
    static short finishNonZero(long sum) {
        int checksum = ~fold(sum) & SHORT_MASK;
        return (short) (checksum == 0 ? SHORT_MASK : checksum);
    }

    private static int fold(long sum) {
        long folded = (sum & INT_MASK) + (sum >>> 32);
        folded = (folded & SHORT_MASK) + (folded >>> 16);
        folded = (folded & SHORT_MASK) + (folded >>> 16);
        return (int) ((folded & SHORT_MASK) + (folded >>> 16));
    }
}
