// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ebpf.examples.Hosts.ALICE_4;
import static weir.ebpf.examples.Hosts.ALICE_6;
import static weir.ebpf.examples.Hosts.BOB_4;
import static weir.ebpf.examples.Hosts.BOB_6;
import static weir.ebpf.examples.Hosts.frame;
import static weir.ebpf.examples.Hosts.tcp4;
import static weir.ebpf.examples.Hosts.udp4;
import static weir.ebpf.examples.Hosts.udp6;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.IPV6;
import static weir.ebpf.testing.Packets.PROVIDER_VLAN;
import static weir.ebpf.testing.Packets.SYN;
import static weir.ebpf.testing.Packets.UDP;
import static weir.ebpf.testing.Packets.VLAN;
import static weir.ebpf.testing.Packets.hex;
import static weir.ebpf.testing.Packets.tag;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weir.ebpf.testing.Packets;
import weir.ebpf.xdp.XdpAction;

/** Examples that read headers. */
interface HeaderExamples extends Loader {
    byte[] DATAGRAM = Packets.ipv4(ALICE_4, BOB_4, UDP, Packets.udp(40_000, 9, "some text"));

    @Test
    default void vlanTagsCountsByOutermostAndInnermostVlan() {
        byte[] two = tag(100, VLAN, tag(0x2000 | 7, IPV4, DATAGRAM));
        byte[] four = tag(1, VLAN, tag(2, VLAN, tag(3, VLAN, tag(4, IPV4, DATAGRAM))));
        try (Subject subject = example("vlan_tags")) {
            subject.run("vlan_tags", frame(IPV4, DATAGRAM), 1, XdpAction.PASS);
            subject.run("vlan_tags", frame(VLAN, tag(10, IPV4, DATAGRAM)), 1, XdpAction.PASS);
            subject.run("vlan_tags", frame(PROVIDER_VLAN, two), 1, XdpAction.PASS);
            subject.run("vlan_tags", frame(PROVIDER_VLAN, two), 1, XdpAction.PASS);
            subject.run("vlan_tags", frame(VLAN, four), 1, XdpAction.PASS);
            subject.run("vlan_tags", frame(VLAN, tag(5, VLAN, four)), 1, XdpAction.DROP);
            subject.run("vlan_tags", frame(VLAN, hex("000a08")), 1, XdpAction.DROP);
            assertEquals(
                    Map.of(
                            "00000000", "0100000000000000",
                            "0a000a00", "0100000000000000",
                            "64000700", "0200000000000000",
                            "01000400", "0100000000000000"),
                    subject.entries("vlans"));
        }
    }

    /** A chain of extension headers, from the type of the first on, and what it is counted as. */
    record Chain(int first, String headers, String map, int key) {}

    /** Protocols: 17 UDP, 59 none. Drops: 0 cut, 1 routing type 0, 2 misplaced, 3 too many. */
    List<Chain> CHAINS = List.of(
            new Chain(17, "", "protocols", 17),
            new Chain(0, "3c00010400000000" + "1101010c000000000000000000000000", "protocols", 17),
            new Chain(43, "1102040000000000" + "00".repeat(16), "protocols", 17),
            new Chain(44, "1100000000000001", "protocols", 17),
            new Chain(51, "1104000000000001" + "00".repeat(16), "protocols", 17),
            new Chain(60, "3b00010400000000", "protocols", 59),
            new Chain(60, "3c00010400000000".repeat(7) + "1100010400000000", "drops", 3),
            new Chain(60, "3c00010400000000".repeat(6) + "1100010400000000", "protocols", 17),
            new Chain(43, "1102000000000000" + "00".repeat(16), "drops", 1),
            new Chain(60, "0000010400000000" + "1100010400000000", "drops", 2),
            new Chain(60, "11ff010400000000", "protocols", 17),
            new Chain(60, "3cff010400000000", "drops", 0));

    @Test
    default void ipv6ExtensionsWalksToTheTransport() {
        for (Chain chain : CHAINS) {
            byte[] packet = Packets.ipv6(
                    ALICE_6, BOB_6, chain.first(), hex(chain.headers()), UDP, Packets.udp(40_000, 9, "some text"));
            int action = chain.map().equals("drops") ? XdpAction.DROP : XdpAction.PASS;
            try (Subject subject = example("ipv6_extensions")) {
                subject.run("ipv6_extensions", frame(IPV6, packet), 1, action);
                assertEquals(1, subject.count(chain.map(), chain.key()), chain::toString);
            }
        }
    }

    @Test
    default void ipv6ExtensionsDropsHeadersThatAreCut() {
        byte[] whole = frame(IPV6, Packets.ipv6(ALICE_6, BOB_6, 0, hex("1100010400000000"), UDP, new byte[8]));
        try (Subject subject = example("ipv6_extensions")) {
            subject.run("ipv6_extensions", Arrays.copyOf(whole, 53), 1, XdpAction.DROP);
            subject.run("ipv6_extensions", Arrays.copyOf(whole, 61), 1, XdpAction.DROP);
            subject.run("ipv6_extensions", Arrays.copyOf(whole, 62), 1, XdpAction.PASS);
            assertEquals(2, subject.count("drops", 0));
            subject.run("ipv6_extensions", frame(IPV4, DATAGRAM), 1, XdpAction.PASS);
            assertEquals(1, subject.count("protocols", 17));
        }
    }

    /** Options of a SYN; in each, an MSS of 1460 (05b4) is where it may stand. */
    List<String> OPTIONS_WITH_MSS = List.of(
            "020405b4",
            "020405b40402080a000000010000000001030307",
            "0101020405b40101",
            "01020405b4010101",
            "0402080a0000000100000000" + "01030307" + "020405b4");

    @Test
    default void tcpMssLowersTheOfferAndMendsTheChecksum() {
        try (Subject subject = example("tcp_mss")) {
            for (String options : OPTIONS_WITH_MSS) {
                byte[] before = tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, hex(options));
                byte[] after = subject.run("tcp_mss", before, 1, XdpAction.PASS);
                String hex = HexFormat.of().formatHex(after);
                assertTrue(hex.endsWith(options.replace("05b4", "0550")), options);
                assertTrue(Packets.isTransportChecksumRight(after), options);
                assertTrue(Packets.isIpChecksumRight(after), options);
            }
            assertEquals(OPTIONS_WITH_MSS.size(), subject.count("clamped", 0));
        }
    }

    @Test
    default void tcpMssLeavesAloneWhatIsSmallEnoughOrNoSyn() {
        List<byte[]> frames = List.of(
                tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, hex("02040550")),
                tcp4(ALICE_4, BOB_4, 50_000, 80, Packets.ACK, hex("020405b4")),
                tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, hex("00000000020405b4")),
                tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, new byte[0]),
                frame(IPV4, DATAGRAM));
        try (Subject subject = example("tcp_mss")) {
            for (byte[] each : frames) {
                assertArrayEquals(each, subject.run("tcp_mss", each, 1, XdpAction.PASS));
            }
            subject.set("limit", new byte[4], hex("b004"));
            byte[] lower = subject.run("tcp_mss", frames.getFirst(), 1, XdpAction.PASS);
            assertTrue(HexFormat.of().formatHex(lower).endsWith("020404b0"));
            assertTrue(Packets.isTransportChecksumRight(lower));
            byte[] endless = tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, hex("08000000"));
            subject.run("tcp_mss", endless, 1, XdpAction.DROP);
        }
    }

    @Test
    default void tailCallsHandOnFromStageToStage() {
        try (Subject subject = example("tail_calls")) {
            subject.run("parse_ethernet", frame(IPV4, DATAGRAM), 1, XdpAction.PASS);
            subject.run("parse_ethernet", frame(VLAN, tag(1, VLAN, tag(2, IPV4, DATAGRAM))), 1, XdpAction.PASS);
            subject.run("parse_ethernet", udp6(ALICE_6, BOB_6, 40_000, 9), 1, XdpAction.PASS);
            subject.run("parse_ethernet", frame(Packets.ARP, new byte[28]), 1, XdpAction.PASS);
            subject.run("parse_ethernet", frame(VLAN, hex("000a")), 1, XdpAction.DROP);
            byte[] cut = Arrays.copyOf(frame(IPV4, DATAGRAM), Packets.IP_AT + 20 + 7);
            subject.run("parse_ethernet", cut, 1, XdpAction.DROP);
            long[] seen = {6, 2, 0, 3, 1, 3};
            for (int stage = 0; stage < seen.length; stage++) {
                assertEquals(seen[stage], subject.count("seen", stage), "stage " + stage);
                assertEquals(stage == 2 ? 1 : 0, subject.count("unparsed", stage), "stage " + stage);
            }
            assertEquals(0, subject.map("stages").delete(Subject.word(5)));
            subject.run("parse_ethernet", frame(IPV4, DATAGRAM), 1, XdpAction.PASS);
            assertEquals(1, subject.count("unparsed", 5));
        }
    }

    @Test
    default void countersCountsPacketsAndBytesByProtocol() {
        try (Subject subject = example("counters")) {
            subject.run("count_protocols", udp4(ALICE_4, BOB_4, 1, 2), 1, XdpAction.PASS);
            subject.run("count_protocols", frame(VLAN, tag(10, IPV4, DATAGRAM)), 1, XdpAction.PASS);
            subject.run("count_protocols", udp6(ALICE_6, BOB_6, 1, 2), 1, XdpAction.PASS);
            subject.run("count_protocols", frame(IPV4, new byte[19]), 1, XdpAction.DROP);
            // packets + bytes of: IPv4, IPv6, UDP, VLAN, too short
            int datagram = 14 + DATAGRAM.length;
            assertEquals(2 + 2 * datagram + 4, subject.count("counters", 2));
            assertEquals(1 + datagram + 20, subject.count("counters", 3));
            assertEquals(3 + 3 * datagram + 24, subject.count("counters", 5));
            assertEquals(1 + datagram + 4, subject.count("counters", 6));
            assertEquals(1 + 33, subject.count("counters", 7));
        }
    }

    @Test
    default void packetCountCountsByProtocolAndDrops() {
        try (Subject subject = example("pkt_count")) {
            subject.run("pkt_count", udp4(ALICE_4, BOB_4, 1, 2), 1, XdpAction.DROP);
            subject.run("pkt_count", udp6(ALICE_6, BOB_6, 1, 2), 2, XdpAction.DROP);
            subject.run("pkt_count", frame(IPV4, new byte[19]), 1, XdpAction.DROP);
            subject.run("pkt_count", frame(IPV6, new byte[39]), 1, XdpAction.DROP);
            subject.run("pkt_count", frame(VLAN, new byte[46]), 1, XdpAction.DROP);
            assertEquals(2, subject.count("packets", UDP));
            assertEquals(3, subject.count("packets", 0));
        }
    }

    /** Results: 0 no UDP, 1 right, 2 wrong, 3 no checksum, 4 cut. */
    @Test
    default void udpChecksumDropsWhatIsDamaged() {
        try (Subject subject = example("udp_checksum")) {
            for (int length = 0; length < 40; length += 3) {
                byte[] datagram = Packets.udp(40_000, 9, "x".repeat(length));
                byte[] good = frame(IPV4, Packets.ipv4(ALICE_4, BOB_4, UDP, datagram));
                subject.run("udp_checksum", good, 1, XdpAction.PASS);
                good[good.length - 1] ^= 0x10;
                subject.run("udp_checksum", good, 1, XdpAction.DROP);
                good[Packets.IP_AT + 20 + 6] = 0;
                good[Packets.IP_AT + 20 + 7] = 0;
                subject.run("udp_checksum", good, 1, XdpAction.PASS);
            }
            byte[] cut = frame(IPV4, DATAGRAM);
            subject.run("udp_checksum", Arrays.copyOf(cut, cut.length - 1), 1, XdpAction.DROP);
            subject.run("udp_checksum", frame(IPV6, new byte[60]), 1, XdpAction.PASS);
            byte[] large = Packets.ipv4(ALICE_4, BOB_4, UDP, Packets.udp(1, 2, "large".repeat(290)));
            subject.run("udp_checksum", frame(IPV4, large), 1, XdpAction.PASS);
            long[] results = {1, 15, 14, 14, 1};
            for (int result = 0; result < results.length; result++) {
                assertEquals(results[result], subject.count("results", result), "result " + result);
            }
        }
    }
}
