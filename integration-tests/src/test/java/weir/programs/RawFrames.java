// SPDX-License-Identifier: Apache-2.0
package weir.programs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Frames that a host's stack does not send by itself. Nobody but programs and captures reads them. */
final class RawFrames {
    static final int CUSTOMER_TAG = 0x8100;
    static final int PROVIDER_TAG = 0x88a8;

    private static final int IPV4_TYPE = 0x0800;
    private static final int IPV6_TYPE = 0x86dd;
    private static final int UDP = 17;
    private static final int UDP_BYTES = 8 + 32;
    private static final int IPV4_BYTES = 20 + UDP_BYTES;
    private static final int DISCARD_PORT = 9;
    private static final int HOPS = 64;

    private RawFrames() {}

    /** A VLAN tag: its type and the VLAN. */
    record Tag(int type, int vlan) {}

    /**
     * UDP over IPv4 behind VLAN tags.
     *
     * @param checksum of UDP as it stands in the frame; 0 for none
     */
    static byte[] udp(Station from, Station to, int checksum, Tag... tags) throws UnknownHostException {
        ByteBuffer frame = ByteBuffer.allocate(12 + 4 * tags.length + 2 + IPV4_BYTES);
        frame.put(to.macBytes()).put(from.macBytes());
        for (Tag tag : tags) {
            frame.putShort((short) tag.type()).putShort((short) tag.vlan());
        }
        frame.putShort((short) IPV4_TYPE);
        frame.putShort((short) 0x4500).putShort((short) IPV4_BYTES).putInt(0);
        frame.put((byte) HOPS).put((byte) UDP).putShort((short) 0);
        frame.put(address(from.ipv4())).put(address(to.ipv4()));
        putUdp(frame, checksum);
        return frame.array();
    }

    private static void putUdp(ByteBuffer frame, int checksum) {
        frame.putShort((short) DISCARD_PORT).putShort((short) DISCARD_PORT);
        frame.putShort((short) UDP_BYTES).putShort((short) checksum);
    }

    /**
     * UDP over IPv6 behind one extension header of 8 bytes (RFC 8200, 4.2 to 4.6).
     *
     * @param header the header's protocol number
     * @param type its third byte: of a routing header the type, of options the first option
     */
    static byte[] udpBehind(Station from, Station to, int header, int type) throws UnknownHostException {
        int payloadBytes = 8 + UDP_BYTES;
        ByteBuffer frame = ByteBuffer.allocate(14 + 40 + payloadBytes);
        frame.put(to.macBytes()).put(from.macBytes()).putShort((short) IPV6_TYPE);
        frame.putInt(6 << 28).putShort((short) payloadBytes).put((byte) header).put((byte) HOPS);
        frame.put(address(from.ipv6())).put(address(to.ipv6()));
        frame.put((byte) UDP).put((byte) 0).put((byte) type).put((byte) 4).putInt(0);
        putUdp(frame, 0);
        return frame.array();
    }

    private static byte[] address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal).getAddress();
    }
}
