// SPDX-License-Identifier: Apache-2.0
package weir.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureInterface;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

/** The captures in {@code examples/programs}, frame by frame. Addresses are those set aside for tests. */
final class SampleCaptures {
    private static final String ALICE = "020000000001";
    private static final String BOB = "020000000002";
    private static final String BROADCAST = "ffffffffffff";
    private static final String ALICE_4 = "198.18.0.1";
    private static final String BOB_4 = "198.18.0.2";
    private static final String ALICE_6 = "2001:db8::1";
    private static final String BOB_6 = "2001:db8::2";

    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    /** 2026-01-01 00:00:00 UTC. */
    private static final long START_NANOS = 1_767_225_600_000_000_000L;

    private static final long GAP_NANOS = 1_000_000L;

    private SampleCaptures() {}

    /** {@code sample.pcap}: what two hosts say to each other, seen at one of them. */
    static byte[] sample() throws IOException {
        CaptureInterface source = CaptureInterface.ethernet(0, "");
        List<byte[]> frames = List.of(
                arp(ALICE, BROADCAST, 1, ALICE_4, "000000000000", BOB_4),
                arp(BOB, ALICE, 2, BOB_4, ALICE, ALICE_4),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, ICMP, echo(8))),
                ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, ICMP, echo(0))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_000, 53, "a question"))),
                ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, UDP, udp(53, 40_000, "an answer"))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_001, 53, "another question"))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, TCP, tcp(50_000, 80))),
                ethernet(
                        ALICE,
                        BOB,
                        0x8100,
                        concat(hex("000a0800"), ipv4(ALICE_4, BOB_4, UDP, udp(40_002, 9, "tagged")))),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, UDP, udp(40_003, 53, "over IPv6"))),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, ICMPV6, echo(128))),
                // Claims to be IPv4 and ends inside its header.
                concat(hex(BOB), hex(ALICE), hex("0800"), hex("4500001c00000000")));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter out = CaptureWriter.pcap(bytes, LinkType.ETHERNET)) {
            for (int i = 0; i < frames.size(); i++) {
                out.write(CaptureFrame.of(source, START_NANOS + i * GAP_NANOS, frames.get(i)));
            }
        }
        return bytes.toByteArray();
    }

    /** {@code two_ports.pcapng}: the same two hosts, one behind each interface. */
    static byte[] twoPorts() throws IOException {
        CaptureInterface first = CaptureInterface.ethernet(0, "port1");
        CaptureInterface second = CaptureInterface.ethernet(1, "port2");
        List<CaptureFrame> frames = new ArrayList<>();
        add(frames, first, arp(ALICE, BROADCAST, 1, ALICE_4, "000000000000", BOB_4));
        add(frames, second, arp(BOB, ALICE, 2, BOB_4, ALICE, ALICE_4));
        for (int i = 0; i < 3; i++) {
            add(frames, first, ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, ICMP, echo(8))));
            add(frames, second, ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, ICMP, echo(0))));
        }
        // Bob's network sends a frame for Bob himself to the bridge.
        add(frames, second, ethernet("020000000003", BOB, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_000, 9, "local"))));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter out = CaptureWriter.pcapng(bytes)) {
            for (CaptureFrame frame : frames) {
                out.write(frame);
            }
        }
        return bytes.toByteArray();
    }

    private static void add(List<CaptureFrame> frames, CaptureInterface source, byte[] bytes) {
        frames.add(CaptureFrame.of(source, START_NANOS + frames.size() * GAP_NANOS, bytes));
    }

    private static byte[] ethernet(String from, String to, int type, byte[] payload) {
        return concat(hex(to), hex(from), hex(String.format("%04x", type)), payload);
    }

    private static byte[] arp(String from, String to, int operation, String sender, String targetAddress, String target)
            throws IOException {
        byte[] body = concat(
                hex("00010800060400" + "0" + operation),
                hex(from),
                address(sender),
                hex(targetAddress),
                address(target));
        return ethernet(from, to, 0x0806, body);
    }

    private static byte[] ipv4(String from, String to, int protocol, byte[] payload) throws IOException {
        byte[] pseudo = concat(address(from), address(to), hex(String.format("%04x%04x", protocol, payload.length)));
        withChecksum(protocol, protocol == ICMP ? new byte[0] : pseudo, payload);
        ByteBuffer header = ByteBuffer.allocate(20)
                .put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) (20 + payload.length))
                .putInt(0x4000)
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(address(from))
                .put(address(to));
        header.putShort(10, checksum(header.array()));
        return concat(header.array(), payload);
    }

    private static byte[] ipv6(String from, String to, int protocol, byte[] payload) throws IOException {
        byte[] pseudo = concat(address(from), address(to), hex(String.format("%08x%08x", payload.length, protocol)));
        withChecksum(protocol, pseudo, payload);
        byte[] header =
                concat(hex(String.format("60000000%04x%02x40", payload.length, protocol)), address(from), address(to));
        return concat(header, payload);
    }

    private static byte[] udp(int from, int to, String text) {
        byte[] data = text.getBytes(StandardCharsets.US_ASCII);
        return concat(hex(String.format("%04x%04x%04x0000", from, to, 8 + data.length)), data);
    }

    /** A SYN. */
    private static byte[] tcp(int from, int to) {
        return hex(String.format("%04x%04x00000001000000005002ffff00000000", from, to));
    }

    private static byte[] echo(int type) {
        return concat(
                hex(String.format("%02x00000000010001", type)), "weir weir weir".getBytes(StandardCharsets.US_ASCII));
    }

    /** Fills in the checksum of the transport header. */
    private static void withChecksum(int protocol, byte[] pseudoHeader, byte[] payload) {
        int at = protocol == TCP ? 16 : protocol == UDP ? 6 : 2;
        short sum = checksum(concat(pseudoHeader, payload));
        payload[at] = (byte) (sum >> 8);
        payload[at + 1] = (byte) sum;
    }

    /** RFC 1071. */
    private static short checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += Byte.toUnsignedInt(bytes[i]) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }

    private static byte[] address(String text) throws IOException {
        return InetAddress.getByName(text).getAddress();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
