// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.frame.Frame;
import weir.core.frame.Mem;

/**
 * {@code struct virtio_net_hdr}, uapi/linux/virtio_net.h: what the sender of a frame left to the hardware.
 *
 * <pre>
 *  0       1          2         4          6            8             10
 *  +-------+----------+---------+----------+------------+-------------+
 *  | flags | gso type | hdr len | gso size | csum start | csum offset |
 *  +-------+----------+---------+----------+------------+-------------+
 * </pre>
 */
final class VnetHeader {
    static final int BYTES = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int NEEDS_CHECKSUM = 1;
    private static final int SHORT_MASK = 0xffff;
    private static final long INT_MASK = 0xffff_ffffL;

    private VnetHeader() {}

    /**
     * Completes the frame's checksum if that was left to be done.
     *
     * @return false for a frame that is more than one packet
     */
    static boolean complete(long header, long frame, int lengthBytes) {
        if (Mem.getByte(header + GSO_TYPE) != 0) {
            return false;
        }
        if ((Mem.getByte(header + FLAGS) & NEEDS_CHECKSUM) != 0) {
            int start = Mem.getShort(header + CHECKSUM_START) & SHORT_MASK;
            int at = start + (Mem.getShort(header + CHECKSUM_OFFSET) & SHORT_MASK);
            if (start < Frame.ETHERNET_HEADER_BYTES || at + Short.BYTES > lengthBytes) {
                return false;
            }
            short sum = (short) ~sum(frame + start, lengthBytes - start);
            Mem.putShort(frame + at, sum == 0 ? -1 : sum);
        }
        return true;
    }

    /** One's complement sum of 16-bit words in the machine's byte order, RFC 1071. */
    private static int sum(long address, int lengthBytes) {
        long sum = 0;
        int at = 0;
        for (; at + Long.BYTES <= lengthBytes; at += Long.BYTES) {
            long word = Mem.getLong(address + at);
            sum += (word & INT_MASK) + (word >>> Integer.SIZE);
        }
        for (; at + Short.BYTES <= lengthBytes; at += Short.BYTES) {
            sum += Mem.getShort(address + at) & SHORT_MASK;
        }
        if (at < lengthBytes) {
            sum += Mem.getByte(address + at) & 0xff;
        }
        while (sum > SHORT_MASK) {
            sum = (sum & SHORT_MASK) + (sum >>> Short.SIZE);
        }
        return (int) sum;
    }
}
