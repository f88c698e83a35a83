// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A frame of the benchmarks: UDP over IPv4, so that programs have something to read.
 *
 * <pre>
 *   0  Ethernet   destination, source, 0x0800
 *  14  IPv4       198.18.x.y to 198.19.x.y (RFC 2544), protocol 17
 *  34  UDP        ports by number of the flow
 *  48  payload    the port it is sent from, for {@link RecyclingHook}
 * </pre>
 */
final class BenchFrame {
    private static final int ETHERNET_BYTES = 14;
    private static final int IPV4_BYTES = 20;
    private static final short IPV4 = 0x0800;
    private static final short VERSION_AND_LENGTH = 0x4500;
    private static final short TTL_AND_UDP = 0x4011;
    private static final int SOURCE_NET = 198 << 24 | 18 << 16;
    private static final int DESTINATION_NET = 198 << 24 | 19 << 16;
    private static final int LOW_BITS = 0xffff;
    private static final int FIRST_PORT = 1024;

    private BenchFrame() {}

    /**
     * Makes one.
     *
     * @param destination address as a number of 48 bits, as {@code source}
     * @param port that it is sent from
     * @param flow addresses and ports follow from it
     */
    static byte[] of(int length, long destination, long source, int port, int flow) {
        ByteBuffer frame = ByteBuffer.allocate(length);
        frame.putShort((short) (destination >>> 32)).putInt((int) destination);
        frame.putShort((short) (source >>> 32)).putInt((int) source);
        frame.putShort(IPV4);
        int header = frame.position();
        frame.putShort(VERSION_AND_LENGTH).putShort((short) (length - ETHERNET_BYTES));
        frame.putInt(0).putShort(TTL_AND_UDP).putShort((short) 0);
        frame.putInt(SOURCE_NET | (flow & LOW_BITS)).putInt(DESTINATION_NET | (flow & LOW_BITS));
        frame.putShort(header + 10, checksum(frame, header));
        frame.putShort((short) (FIRST_PORT + flow % 0x4000)).putShort((short) (FIRST_PORT + 1));
        frame.putShort((short) (length - ETHERNET_BYTES - IPV4_BYTES)).putShort((short) 0); // no checksum: RFC 768
        frame.order(ByteOrder.LITTLE_ENDIAN).putShort(RecyclingHook.ORIGIN_BYTE, (short) port);
        return frame.array();
    }

    /** Of an IPv4 header whose checksum is 0 so far: RFC 791, RFC 1071. */
    private static short checksum(ByteBuffer frame, int header) {
        int sum = 0;
        for (int i = 0; i < IPV4_BYTES; i += Short.BYTES) {
            sum += Short.toUnsignedInt(frame.getShort(header + i));
        }
        sum = (sum & LOW_BITS) + (sum >>> Short.SIZE);
        sum = (sum & LOW_BITS) + (sum >>> Short.SIZE);
        return (short) ~sum;
    }
}
