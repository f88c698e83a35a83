// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import weir.core.frame.Frame;
import weir.core.frame.Mem;

/**
 * What the generator writes into the payload of a UDP datagram, so that a sink can tell what is missing, and how long it
 * took. All numbers big endian. It just fits into the smallest Ethernet frame with IPv4: 14 + 20 + 8 + 18 = 60 bytes.
 *
 * <pre>
 *  0          2          4                    10                        18
 * +----------+----------+--------------------+-------------------------+
 * | "wg"     | stream   | sequence           | CLOCK_MONOTONIC, ns     |
 * +----------+----------+--------------------+-------------------------+
 * </pre>
 */
public final class StampLayout {
    static final int BYTES = 18;

    /** UDP's discard service (RFC 863): a host that such a datagram reaches throws it away. */
    static final int DISCARD_PORT = 9;

    static final int IPV4_BYTES = 20;
    static final int IPV6_BYTES = 40;
    static final int UDP_BYTES = 8;

    /** Of the IP packet in an untagged frame. */
    static final int IP_BYTE = Frame.ETHERNET_HEADER_BYTES;

    static final int MAGIC = 0x7767;
    static final int STREAM_BYTE = 2;
    static final int SEQUENCE_BYTE = 4;
    static final int NANOS_BYTE = 10;

    private static final int TYPE_BYTE = 12;
    private static final int TAG_BYTES = 4;
    private static final short TYPE_IPV4 = Short.reverseBytes((short) 0x0800);
    private static final short TYPE_IPV6 = Short.reverseBytes((short) 0x86dd);
    private static final short TYPE_TAG = Short.reverseBytes((short) 0x8100);
    private static final int IPV4_PROTOCOL_BYTE = 9;
    private static final int IPV6_PROTOCOL_BYTE = 6;
    private static final byte PROTOCOL_UDP = 17;
    private static final int UDP_DESTINATION_BYTE = 2;
    private static final short DISCARD = Short.reverseBytes((short) DISCARD_PORT);
    private static final short MAGIC_LOADED = Short.reverseBytes((short) MAGIC);
    private static final int NONE = -1;

    private StampLayout() {}

    /** Writes what changes from frame to frame; magic and stream are in the template. */
    static void write(long stamp, long sequence, long nanos) {
        Mem.putShort(stamp + SEQUENCE_BYTE, Short.reverseBytes((short) (sequence >>> Integer.SIZE)));
        Mem.putInt(stamp + SEQUENCE_BYTE + Short.BYTES, Integer.reverseBytes((int) sequence));
        Mem.putLong(stamp + NANOS_BYTE, Long.reverseBytes(nanos));
    }

    /**
     * Finds the stamp of a frame, with or without an 802.1Q tag.
     *
     * @return where it begins, or -1 when the frame has none
     */
    public static long find(long frame, int lengthBytes) {
        int at = TYPE_BYTE;
        if (lengthBytes < IP_BYTE + IPV4_BYTES + UDP_BYTES + BYTES) {
            return NONE;
        }
        short type = Mem.getShort(frame + at);
        if (type == TYPE_TAG) {
            at += TAG_BYTES;
            type = Mem.getShort(frame + at);
        }
        at += Short.BYTES;
        boolean ipv4 = type == TYPE_IPV4;
        if (!ipv4 && type != TYPE_IPV6) {
            return NONE;
        }
        int udp = at + (ipv4 ? IPV4_BYTES : IPV6_BYTES);
        if (lengthBytes < udp + UDP_BYTES + BYTES
                || Mem.getByte(frame + at + (ipv4 ? IPV4_PROTOCOL_BYTE : IPV6_PROTOCOL_BYTE)) != PROTOCOL_UDP
                || Mem.getShort(frame + udp + UDP_DESTINATION_BYTE) != DISCARD
                || Mem.getShort(frame + udp + UDP_BYTES) != MAGIC_LOADED) {
            return NONE;
        }
        return frame + udp + UDP_BYTES;
    }

    public static int stream(long stamp) {
        return Short.toUnsignedInt(Short.reverseBytes(Mem.getShort(stamp + STREAM_BYTE)));
    }

    public static long sequence(long stamp) {
        long high = Short.toUnsignedLong(Short.reverseBytes(Mem.getShort(stamp + SEQUENCE_BYTE)));
        long low = Integer.toUnsignedLong(Integer.reverseBytes(Mem.getInt(stamp + SEQUENCE_BYTE + Short.BYTES)));
        return high << Integer.SIZE | low;
    }

    public static long nanos(long stamp) {
        return Long.reverseBytes(Mem.getLong(stamp + NANOS_BYTE));
    }
}
