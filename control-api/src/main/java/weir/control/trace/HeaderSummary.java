// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import weir.control.station.IpPrefix;
import weir.core.fdb.MacAddress;
import weir.core.trace.FrameBytes;

/**
 * The headers of a frame in one line: addresses, tags, ARP, IPv4, IPv6, ICMP, TCP and UDP. Written by whoever sent the
 * frame, so every length is checked, and nothing but numbers gets into the text.
 */
final class HeaderSummary {
    private static final int MAC_BYTES = 6;
    private static final int TYPE_BYTE = 12;
    private static final int ETHERNET_BYTES = 14;
    private static final int TAG_BYTES = 4;
    private static final int MAX_TAGS = 2;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int VID_MASK = 0xfff;
    private static final int TPID = 0x8100;
    private static final int SERVICE_TPID = 0x88a8;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int OFFSET_MASK = 0x1fff;
    private static final String CUT = " (cut)";

    private final FrameBytes bytes;
    private final StringBuilder text = new StringBuilder();

    private HeaderSummary(FrameBytes bytes) {
        this.bytes = bytes;
    }

    /** One line; of a frame that is too short for a header, its bytes. */
    static String of(FrameBytes bytes) {
        HeaderSummary summary = new HeaderSummary(bytes);
        summary.ethernet();
        return summary.text.toString();
    }

    private boolean has(int at, int length) {
        return at + length <= bytes.length();
    }

    private int two(int at) {
        return bytes.at(at) << Byte.SIZE | bytes.at(at + 1);
    }

    private void ethernet() {
        if (!has(0, ETHERNET_BYTES)) {
            text.append("no header: ").append(bytes);
            return;
        }
        text.append(mac(MAC_BYTES)).append(" > ").append(mac(0));
        int at = TYPE_BYTE;
        int type = two(at);
        for (int tag = 0; tag < MAX_TAGS && (type == TPID || type == SERVICE_TPID) && has(at, TAG_BYTES + 2); tag++) {
            text.append(", VLAN ").append(two(at + 2) & VID_MASK);
            at += TAG_BYTES;
            type = two(at);
        }
        at += 2;
        switch (type) {
            case ARP -> arp(at);
            case IPV4 -> ipv4(at);
            case IPV6 -> ipv6(at);
            default -> text.append(String.format(Locale.ROOT, ", type 0x%04x", type));
        }
    }

    private String mac(int at) {
        long mac = 0;
        for (int i = 0; i < MAC_BYTES; i++) {
            mac |= (long) bytes.at(at + i) << (Byte.SIZE * i);
        }
        return MacAddress.toString(mac);
    }

    /** RFC 826. */
    private void arp(int at) {
        text.append(", ARP");
        if (!has(at, 28) || two(at + 2) != IPV4) {
            text.append(has(at, 28) ? "" : CUT);
            return;
        }
        int operation = two(at + 6);
        String sender = address(at + 14, IPV4_BYTES);
        String target = address(at + 24, IPV4_BYTES);
        switch (operation) {
            case 1 -> text.append(" who has ").append(target).append(", tell ").append(sender);
            case 2 -> text.append(' ').append(sender).append(" is at ").append(mac(at + 8));
            default -> text.append(" operation ").append(operation);
        }
    }

    private String address(int at, int length) {
        byte[] address = new byte[length];
        for (int i = 0; i < length; i++) {
            address[i] = (byte) bytes.at(at + i);
        }
        try {
            return IpPrefix.text(
                    length == IPV6_BYTES
                            ? Inet6Address.getByAddress(null, address, -1) // also those that stand for IPv4
                            : InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(length + " bytes are no address", e);
        }
    }

    private void ipv4(int at) {
        text.append(", IPv4");
        if (!has(at, 20)) {
            text.append(CUT);
            return;
        }
        text.append(' ').append(address(at + 12, IPV4_BYTES)).append(" > ").append(address(at + 16, IPV4_BYTES));
        int headerBytes = (bytes.at(at) & 0xf) * Integer.BYTES;
        int protocol = bytes.at(at + 9);
        if ((two(at + 6) & OFFSET_MASK) != 0) {
            text.append(", fragment");
        } else if (headerBytes >= 20) {
            transport(protocol, at + headerBytes);
        }
    }

    private void ipv6(int at) {
        text.append(", IPv6");
        if (!has(at, 40)) {
            text.append(CUT);
            return;
        }
        text.append(' ').append(address(at + 8, IPV6_BYTES)).append(" > ").append(address(at + 24, IPV6_BYTES));
        transport(bytes.at(at + 6), at + 40);
    }

    private void transport(int protocol, int at) {
        switch (protocol) {
            case UDP -> ports("UDP", at);
            case TCP -> {
                ports("TCP", at);
                if (has(at, 14)) {
                    text.append(' ').append(flags(bytes.at(at + 13)));
                }
            }
            case ICMP -> control("ICMP", at, 8, 0);
            case ICMPV6 -> control("ICMPv6", at, 128, 129);
            default -> text.append(", protocol ").append(protocol);
        }
    }

    private void ports(String name, int at) {
        text.append(", ").append(name);
        if (has(at, 4)) {
            text.append(' ').append(two(at)).append(" > ").append(two(at + 2));
        } else {
            text.append(CUT);
        }
    }

    private static String flags(int bits) {
        String names = "FSRPAUEC";
        StringBuilder set = new StringBuilder("[");
        for (int i = 0; i < names.length(); i++) {
            if ((bits & (1 << i)) != 0) {
                set.append(names.charAt(i));
            }
        }
        return set.append(']').toString();
    }

    private void control(String name, int at, int request, int reply) {
        text.append(", ").append(name);
        if (!has(at, 8)) {
            text.append(CUT);
            return;
        }
        int type = bytes.at(at);
        if (type == request || type == reply) {
            text.append(type == request ? " echo request" : " echo reply")
                    .append(", sequence ")
                    .append(two(at + 6));
        } else if (name.equals("ICMPv6") && type >= 133 && type <= 136) {
            text.append(new String[] {
                        " router solicitation",
                        " router advertisement",
                        " neighbour solicitation",
                        " neighbour advertisement"
                    }
                    [type - 133]);
        } else {
            text.append(" type ").append(type).append(" code ").append(bytes.at(at + 1));
        }
    }
}
