// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.core.frame.Mem;

/**
 * Finishes the checksum of TCP and UDP in frames that a Linux stack on this machine sent.
 *
 * <p>Such a stack leaves the checksum to the device ({@code CHECKSUM_PARTIAL}): the field holds only the
 * sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1). A virtual device passes the frame on like that,
 * with a note beside it that AF_XDP does not see. So the note is read from the frame: a field that equals
 * the sum of the pseudo header is finished. A field that holds the true checksum and equals that sum by
 * chance comes out unchanged, since the true checksum is what is computed.
 *
 * <p>Not finished: SCTP, and what lies inside tunnels.
 */
final class PartialChecksum {
    private static final int ETHERNET_BYTES = 14;
    private static final int TYPE_OFFSET = 12;
    private static final int TAG_BYTES = 4;
    private static final int MAX_TAGS = 2;

    // Ethernet types as the bytes lie, read little-endian.
    private static final int IPV4 = 0x0008;
    private static final int IPV6 = 0xdd86;
    private static final int TAG_8021Q = 0x0081;
    private static final int TAG_8021AD = 0xa888;

    private static final int IPV4_BYTES = 20;
    private static final int IPV4_VERSION_AND_LENGTH = 0x45;
    private static final int IPV4_TOTAL_LENGTH = 2;
    private static final int IPV4_FRAGMENT = 6;
    /** More fragments, and the offset of this one, read little-endian. */
    private static final int IPV4_FRAGMENT_MASK = 0xff3f;

    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV4_ADDRESSES = 12;
    private static final int IPV4_ADDRESSES_BYTES = 8;

    private static final int IPV6_BYTES = 40;
    private static final int IPV6_PAYLOAD_LENGTH = 4;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int IPV6_ADDRESSES = 8;
    private static final int IPV6_ADDRESSES_BYTES = 32;

    private static final int TCP = 6;
    private static final int TCP_BYTES = 20;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP = 17;
    private static final int UDP_BYTES = 8;
    private static final int UDP_CHECKSUM = 6;
    private static final int ALL_ONES = 0xffff;

    private PartialChecksum() {}

    /** Looks at a frame of the pool, and finishes its checksum if it is unfinished. */
    static void finish(long address, int lengthBytes) {
        long at = address + ETHERNET_BYTES;
        long end = address + lengthBytes;
        int type = word(address + TYPE_OFFSET);
        for (int tags = 0; (type == TAG_8021Q || type == TAG_8021AD) && tags < MAX_TAGS; tags++) {
            if (at + TAG_BYTES > end) {
                return;
            }
            type = word(at + 2);
            at += TAG_BYTES;
        }
        if (type == IPV4) {
            finishIpv4(at, end);
        } else if (type == IPV6) {
            finishIpv6(at, end);
        }
    }

    private static void finishIpv4(long ip, long end) {
        // Headers with options are left alone: no stack of today sends TCP or UDP with them.
        if (ip + IPV4_BYTES > end
                || Mem.getByte(ip) != IPV4_VERSION_AND_LENGTH
                || (word(ip + IPV4_FRAGMENT) & IPV4_FRAGMENT_MASK) != 0) {
            return;
        }
        int length = swap(word(ip + IPV4_TOTAL_LENGTH)) - IPV4_BYTES;
        int protocol = Mem.getByte(ip + IPV4_PROTOCOL) & 0xff;
        finish(ip + IPV4_ADDRESSES, IPV4_ADDRESSES_BYTES, protocol, ip + IPV4_BYTES, length, end);
    }

    private static void finishIpv6(long ip, long end) {
        if (ip + IPV6_BYTES > end) {
            return;
        }
        int length = swap(word(ip + IPV6_PAYLOAD_LENGTH));
        int protocol = Mem.getByte(ip + IPV6_NEXT_HEADER) & 0xff;
        finish(ip + IPV6_ADDRESSES, IPV6_ADDRESSES_BYTES, protocol, ip + IPV6_BYTES, length, end);
    }

    private static void finish(long addresses, int addressBytes, int protocol, long header, int length, long end) {
        int headerBytes = protocol == TCP ? TCP_BYTES : UDP_BYTES;
        if ((protocol != TCP && protocol != UDP) || length < headerBytes || header + length > end) {
            return;
        }
        long field = header + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
        int pseudo = fold(sum(addresses, addressBytes) + swap(protocol) + swap(length));
        if (word(field) != pseudo) {
            return;
        }
        // The field holds the pseudo header's sum, which the sum is to contain: so it is complete as it stands.
        int checksum = ~fold(sum(header, length)) & ALL_ONES;
        Mem.putShort(field, (short) (protocol == UDP && checksum == 0 ? ALL_ONES : checksum));
    }

    /**
     * Sum of 16-bit words as they lie in memory, not folded; of an odd last byte as if a zero followed. The
     * one's complement sum is the same in either byte order (RFC 1071, 2 B).
     */
    private static long sum(long from, int lengthBytes) {
        long at = from;
        long end = from + lengthBytes;
        long sum = 0;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long words = Mem.getLong(at);
            sum += (words & 0xffff_ffffL) + (words >>> Integer.SIZE);
        }
        for (; at + Short.BYTES <= end; at += Short.BYTES) {
            sum += word(at);
        }
        return at < end ? sum + (Mem.getByte(at) & 0xff) : sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > ALL_ONES) {
            folded = (folded & ALL_ONES) + (folded >>> Short.SIZE);
        }
        return (int) folded;
    }

    private static int word(long address) {
        return Mem.getShort(address) & ALL_ONES;
    }

    private static int swap(int word) {
        return (word & 0xff) << Byte.SIZE | word >>> Byte.SIZE;
    }
}
