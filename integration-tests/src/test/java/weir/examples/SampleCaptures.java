// SPDX-License-Identifier: Apache-2.0
package weir.examples;

import static weir.ebpf.testing.Packets.ACK;
import static weir.ebpf.testing.Packets.BROADCAST;
import static weir.ebpf.testing.Packets.ICMP;
import static weir.ebpf.testing.Packets.ICMPV6;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.IPV6;
import static weir.ebpf.testing.Packets.PROVIDER_VLAN;
import static weir.ebpf.testing.Packets.SYN;
import static weir.ebpf.testing.Packets.TCP;
import static weir.ebpf.testing.Packets.UDP;
import static weir.ebpf.testing.Packets.VLAN;
import static weir.ebpf.testing.Packets.arp;
import static weir.ebpf.testing.Packets.concat;
import static weir.ebpf.testing.Packets.echo;
import static weir.ebpf.testing.Packets.ethernet;
import static weir.ebpf.testing.Packets.hex;
import static weir.ebpf.testing.Packets.ipv4;
import static weir.ebpf.testing.Packets.ipv6;
import static weir.ebpf.testing.Packets.tag;
import static weir.ebpf.testing.Packets.tcp;
import static weir.ebpf.testing.Packets.udp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureInterface;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

/** The captures in {@code examples/programs}, frame by frame. Addresses are those set aside for tests. */
final class SampleCaptures {
    private static final String ALICE = "020000000001";
    private static final String BOB = "020000000002";
    private static final String ALICE_4 = "198.18.0.1";
    private static final String BOB_4 = "198.18.0.2";
    private static final String ALICE_6 = "2001:db8::1";
    private static final String BOB_6 = "2001:db8::2";

    // IPv6 extension headers
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;

    /** 2026-01-01 00:00:00 UTC. */
    private static final long START_NANOS = 1_767_225_600_000_000_000L;

    private static final long GAP_NANOS = 1_000_000L;

    private SampleCaptures() {}

    /** {@code sample.pcap}: what two hosts say to each other, seen at one of them. */
    static byte[] sample() throws IOException {
        List<byte[]> frames = List.of(
                arp(ALICE, BROADCAST, 1, ALICE_4, "000000000000", BOB_4),
                arp(BOB, ALICE, 2, BOB_4, ALICE, ALICE_4),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, ICMP, echo(8))),
                ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, ICMP, echo(0))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_000, 53, "a question"))),
                ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, UDP, udp(53, 40_000, "an answer"))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_001, 53, "another question"))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, TCP, syn(50_000, 80))),
                ethernet(ALICE, BOB, VLAN, tag(10, IPV4, ipv4(ALICE_4, BOB_4, UDP, udp(40_002, 9, "tagged")))),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, UDP, udp(40_003, 53, "over IPv6"))),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, ICMPV6, echo(128))),
                // Claims to be IPv4 and ends inside its header.
                concat(hex(BOB), hex(ALICE), hex("0800"), hex("4500001c00000000")));
        return pcap(frames);
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

    /** A SYN without options. */
    private static byte[] syn(int from, int to) {
        return tcp(from, to, SYN, new byte[0]);
    }

    /** {@code headers.pcap}: frames with more headers than most. */
    static byte[] headers() throws IOException {
        byte[] datagram = ipv4(ALICE_4, BOB_4, UDP, udp(40_000, 9, "deep down"));
        byte[] synBehindNop = tcp(50_000, 80, SYN, hex("01020405b40402080a000000010000000001030307000000"));
        byte[] options = hex("1100010400000000");
        byte[] datagram6 = udp(40_000, 9, "behind headers");
        return pcap(List.of(
                ethernet(ALICE, BOB, IPV4, datagram),
                ethernet(ALICE, BOB, VLAN, tag(10, IPV4, datagram)),
                ethernet(ALICE, BOB, PROVIDER_VLAN, tag(100, VLAN, tag(10, IPV4, datagram))),
                ethernet(BOB, ALICE, PROVIDER_VLAN, tag(100, VLAN, tag(11, IPV4, datagram))),
                // Five tags, one in the other.
                ethernet(
                        ALICE,
                        BOB,
                        VLAN,
                        tag(1, VLAN, tag(2, VLAN, tag(3, VLAN, tag(4, VLAN, tag(5, IPV4, datagram)))))),
                arp(ALICE, BROADCAST, 1, ALICE_4, "000000000000", BOB_4),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, TCP, tcp(50_000, 80, SYN, hex("020405b4")))),
                ethernet(ALICE, BOB, IPV4, ipv4(ALICE_4, BOB_4, TCP, synBehindNop)),
                ethernet(BOB, ALICE, IPV4, ipv4(BOB_4, ALICE_4, TCP, tcp(80, 50_000, SYN | ACK, hex("020404b0")))),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, UDP, datagram6)),
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, HOP_BY_HOP, options, UDP, datagram6)),
                // Hop-by-hop options, options for the destination, a fragment header.
                ethernet(
                        ALICE,
                        BOB,
                        IPV6,
                        ipv6(
                                ALICE_6,
                                BOB_6,
                                HOP_BY_HOP,
                                hex("3c000104000000002c0001040000000011000000000000ab"),
                                UDP,
                                datagram6)),
                // A routing header of type 0, which RFC 5095 forbids.
                ethernet(ALICE, BOB, IPV6, ipv6(ALICE_6, BOB_6, ROUTING, hex("1100000100000000"), UDP, datagram6))));
    }

    private static byte[] pcap(List<byte[]> frames) throws IOException {
        CaptureInterface source = CaptureInterface.ethernet(0, "");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CaptureWriter out = CaptureWriter.pcap(bytes, LinkType.ETHERNET)) {
            for (int i = 0; i < frames.size(); i++) {
                out.write(CaptureFrame.of(source, START_NANOS + i * GAP_NANOS, frames.get(i)));
            }
        }
        return bytes.toByteArray();
    }
}
