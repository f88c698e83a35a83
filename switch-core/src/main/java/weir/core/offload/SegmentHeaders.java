// SPDX-License-Identifier: Apache-2.0
package weir.core.offload;

import static weir.core.offload.NetworkBytes.u16;
import static weir.core.offload.NetworkBytes.u8;

/**
 * Finds the headers of a frame that is to be cut, and believes nothing: each header must be where the one before says
 * and end inside the frame, and the last one must begin where the checksum does.
 *
 * <pre>
 *  | Ethernet, up to two tags | IPv4 with options, or IPv6 with extensions | TCP with options, or UDP | payload
 *                             networkOffset                                transportOffset            headerBytes
 * </pre>
 */
final class SegmentHeaders {
    static final int IPV4_TOTAL_LENGTH = 2;
    static final int IPV4_ID = 4;
    static final int IPV4_CHECKSUM = 10;
    static final int IPV6_PAYLOAD_LENGTH = 4;
    static final int IPV6_HEADER_BYTES = 40;
    static final int TCP_SEQUENCE = 4;
    static final int TCP_FLAGS = 13;
    static final int TCP_CHECKSUM = 16;
    static final int UDP_LENGTH = 4;
    static final int UDP_CHECKSUM = 6;

    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_UDP = 17;
    private static final int TYPE_BYTE = 12;
    private static final int TAG_BYTES = 4;
    private static final int MAX_TAGS = 2;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88a8;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int IPV4_FRAGMENT = 6;
    private static final int IPV4_PROTOCOL = 9;
    /** "More fragments" and the offset; not "don't fragment". */
    private static final int FRAGMENT_MASK = 0x3fff;

    private static final int IPV4_MIN_BYTES = 20;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int TCP_MIN_BYTES = 20;
    private static final int TCP_DATA_OFFSET = 12;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int MAX_EXTENSIONS = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION_OPTIONS = 60;

    private int networkOffset;
    private int transportOffset;
    private int headerBytes;
    private boolean ipv6;
    private boolean tcp;

    /**
     * Looks at a frame.
     *
     * @param transport where the header of TCP or UDP must begin, from the start of the frame
     * @return false when the headers are not as they must be; the other methods then mean nothing
     */
    boolean find(long address, int lengthBytes, int transport, boolean isTcp) {
        tcp = isTcp;
        transportOffset = transport;
        int type = findNetwork(address, lengthBytes);
        ipv6 = type == TYPE_IPV6;
        return switch (type) {
            case TYPE_IPV4 -> findInIpv4(address, lengthBytes) && findEnd(address, lengthBytes);
            case TYPE_IPV6 -> findInIpv6(address, lengthBytes) && findEnd(address, lengthBytes);
            default -> false;
        };
    }

    /** Sets where the network header begins and returns its type; 0 when the frame is too short. */
    private int findNetwork(long address, int lengthBytes) {
        int at = TYPE_BYTE;
        for (int tags = 0; at + 2 <= lengthBytes; tags++) {
            int type = u16(address + at);
            if (tags == MAX_TAGS || (type != TYPE_VLAN && type != TYPE_SERVICE_VLAN)) {
                networkOffset = at + 2;
                return type;
            }
            at += TAG_BYTES;
        }
        return 0;
    }

    private boolean findInIpv4(long address, int lengthBytes) {
        if (networkOffset + IPV4_MIN_BYTES > lengthBytes) {
            return false;
        }
        long ip = address + networkOffset;
        int ipBytes = (u8(ip) & 0xf) * 4;
        return u8(ip) >>> 4 == 4
                && ipBytes >= IPV4_MIN_BYTES
                && networkOffset + ipBytes == transportOffset
                && u8(ip + IPV4_PROTOCOL) == protocol()
                && (u16(ip + IPV4_FRAGMENT) & FRAGMENT_MASK) == 0;
    }

    private boolean findInIpv6(long address, int lengthBytes) {
        if (networkOffset + IPV6_HEADER_BYTES > lengthBytes || u8(address + networkOffset) >>> 4 != 6) {
            return false;
        }
        int next = u8(address + networkOffset + IPV6_NEXT_HEADER);
        int at = networkOffset + IPV6_HEADER_BYTES;
        for (int extensions = 0; extensions < MAX_EXTENSIONS && isExtension(next); extensions++) {
            if (at + 2 > lengthBytes) {
                return false;
            }
            next = u8(address + at);
            at += (u8(address + at + 1) + 1) * 8;
        }
        return at == transportOffset && next == protocol();
    }

    private static boolean isExtension(int header) {
        return header == HOP_BY_HOP || header == ROUTING || header == DESTINATION_OPTIONS;
    }

    private boolean findEnd(long address, int lengthBytes) {
        if (transportOffset + (tcp ? TCP_MIN_BYTES : UDP_HEADER_BYTES) > lengthBytes) {
            return false;
        }
        int transportBytes = tcp ? (u8(address + transportOffset + TCP_DATA_OFFSET) >>> 4) * 4 : UDP_HEADER_BYTES;
        headerBytes = transportOffset + transportBytes;
        return (!tcp || transportBytes >= TCP_MIN_BYTES) && headerBytes <= lengthBytes;
    }

    private int protocol() {
        return tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
    }

    /** Where the checksum stands, from the start of the header of TCP or UDP. */
    int checksumAt() {
        return tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
    }

    int networkOffset() {
        return networkOffset;
    }

    int transportOffset() {
        return transportOffset;
    }

    /** All headers, Ethernet's included. */
    int headerBytes() {
        return headerBytes;
    }

    boolean isIpv6() {
        return ipv6;
    }

    boolean isTcp() {
        return tcp;
    }
}
