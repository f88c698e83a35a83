// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.testing;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Frames, layer by layer from the inside out, with right checksums, and a look at checksums that does not
 * share code with what it looks at. Addresses are text: MAC addresses as 12 hex digits.
 */
public final class Packets {
    public static final int ARP = 0x0806;
    public static final int IPV4 = 0x0800;
    public static final int IPV6 = 0x86dd;
    public static final int VLAN = 0x8100;
    public static final int PROVIDER_VLAN = 0x88a8;

    public static final int ICMP = 1;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMPV6 = 58;

    public static final int SYN = 2;
    public static final int ACK = 16;

    public static final String BROADCAST = "ffffffffffff";

    /** Where IPv4 begins in an untagged frame. */
    public static final int IP_AT = 14;

    private static final int TCP_CHECK_AT = 16;
    private static final int UDP_CHECK_AT = 6;
    private static final int ICMP_CHECK_AT = 2;

    private Packets() {}

    public static byte[] ethernet(String from, String to, int type, byte[] payload) {
        return concat(hex(to), hex(from), hex("%04x".formatted(type)), payload);
    }

    /** A VLAN tag and what is behind it. */
    public static byte[] tag(int tci, int type, byte[] payload) {
        return concat(hex("%04x%04x".formatted(tci, type)), payload);
    }

    /** ARP, RFC 826. */
    public static byte[] arp(
            String from, String to, int operation, String sender, String targetAddress, String target) {
        byte[] body = concat(
                hex("00010800060400%02x".formatted(operation)),
                hex(from),
                address(sender),
                hex(targetAddress),
                address(target));
        return ethernet(from, to, ARP, body);
    }

    /** An IPv4 packet that may not be fragmented; fills in the checksums of header and transport. */
    public static byte[] ipv4(String from, String to, int protocol, byte[] transport) {
        return ipv4(from, to, protocol, 0x4000, transport);
    }

    /**
     * An IPv4 packet.
     *
     * @param fragment flags and fragment offset
     */
    public static byte[] ipv4(String from, String to, int protocol, int fragment, byte[] transport) {
        byte[] pseudo = concat(address(from), address(to), hex("%04x%04x".formatted(protocol, transport.length)));
        byte[] summed = withChecksum(protocol, protocol == ICMP ? new byte[0] : pseudo, transport);
        byte[] header = concat(
                hex("4500%04x0000%04x40%02x0000".formatted(20 + transport.length, fragment, protocol)),
                address(from),
                address(to));
        ByteBuffer.wrap(header).putShort(10, checksum(header));
        return concat(header, summed);
    }

    /** An IPv6 packet without extension headers; fills in the checksum of the transport. */
    public static byte[] ipv6(String from, String to, int protocol, byte[] transport) {
        return ipv6(from, to, protocol, new byte[0], protocol, transport);
    }

    /**
     * An IPv6 packet.
     *
     * @param first type of the first header
     * @param extensions headers before that of the transport
     * @param protocol of the transport
     */
    public static byte[] ipv6(String from, String to, int first, byte[] extensions, int protocol, byte[] transport) {
        byte[] pseudo = concat(address(from), address(to), hex("%08x%08x".formatted(transport.length, protocol)));
        byte[] summed = withChecksum(protocol, pseudo, transport);
        return concat(
                hex("60000000%04x%02x40".formatted(extensions.length + transport.length, first)),
                address(from),
                address(to),
                extensions,
                summed);
    }

    /** Its checksum is 0 until an IP packet is made around it. */
    public static byte[] udp(int from, int to, String text) {
        byte[] data = text.getBytes(StandardCharsets.US_ASCII);
        return concat(hex("%04x%04x%04x0000".formatted(from, to, 8 + data.length)), data);
    }

    /** Its checksum is 0 until an IP packet is made around it. */
    public static byte[] tcp(int from, int to, int flags, byte[] options) {
        int words = (20 + options.length) / 4;
        return concat(hex("%04x%04x0000000100000000%x0%02xffff00000000".formatted(from, to, words, flags)), options);
    }

    /** An echo request or reply. */
    public static byte[] echo(int type) {
        return concat(hex("%02x00000000010001".formatted(type)), "weir weir weir".getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] withChecksum(int protocol, byte[] pseudoHeader, byte[] transport) {
        int at = switch (protocol) {
            case TCP -> TCP_CHECK_AT;
            case UDP -> UDP_CHECK_AT;
            case ICMP, ICMPV6 -> ICMP_CHECK_AT;
            default -> -1;
        };
        byte[] summed = transport.clone();
        if (at >= 0 && at + 2 <= summed.length) {
            ByteBuffer.wrap(summed).putShort(at, checksum(concat(pseudoHeader, transport)));
        }
        return summed;
    }

    /** Whether the header checksum of an untagged IPv4 frame is right. */
    public static boolean isIpChecksumRight(byte[] frame) {
        return sum(frame, IP_AT, IP_AT + ipHeaderBytes(frame)) == 0xffff;
    }

    /** Whether the checksum of TCP or UDP in an untagged IPv4 frame is right: all words add up to all ones. */
    public static boolean isTransportChecksumRight(byte[] frame) {
        int start = IP_AT + ipHeaderBytes(frame);
        int end = IP_AT + (ByteBuffer.wrap(frame).getShort(IP_AT + 2) & 0xffff);
        int addresses = sum(frame, IP_AT + 12, IP_AT + 20);
        int total = addresses + frame[IP_AT + 9] + (end - start) + sum(frame, start, end);
        return foldOnce(foldOnce(total)) == 0xffff;
    }

    private static int ipHeaderBytes(byte[] frame) {
        return (frame[IP_AT] & 15) * 4;
    }

    private static short checksum(byte[] bytes) {
        return (short) ~sum(bytes, 0, bytes.length);
    }

    /** RFC 1071, folded. */
    private static int sum(byte[] bytes, int start, int end) {
        int sum = 0;
        for (int i = start; i < end; i++) {
            sum += (bytes[i] & 0xff) << ((i - start) % 2 == 0 ? 8 : 0);
        }
        return foldOnce(foldOnce(sum));
    }

    private static int foldOnce(int sum) {
        return (sum & 0xffff) + (sum >>> 16);
    }

    /** Bytes of an IPv4 or IPv6 address. */
    public static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    public static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
