// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ebpf.examples.Hosts.ALICE;
import static weir.ebpf.examples.Hosts.ALICE_4;
import static weir.ebpf.examples.Hosts.BOB;
import static weir.ebpf.examples.Hosts.BOB_4;
import static weir.ebpf.examples.Hosts.tcp4;
import static weir.ebpf.examples.Hosts.udp4;
import static weir.ebpf.testing.Packets.ACK;
import static weir.ebpf.testing.Packets.ARP;
import static weir.ebpf.testing.Packets.BROADCAST;
import static weir.ebpf.testing.Packets.IPV4;
import static weir.ebpf.testing.Packets.TCP;
import static weir.ebpf.testing.Packets.UDP;
import static weir.ebpf.testing.Packets.address;
import static weir.ebpf.testing.Packets.concat;
import static weir.ebpf.testing.Packets.ethernet;
import static weir.ebpf.testing.Packets.hex;
import static weir.ebpf.testing.Packets.ipv4;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import weir.ebpf.testing.Packets;
import weir.ebpf.xdp.XdpAction;

/** Examples that send frames somewhere or change them. */
interface ForwardingExamples extends Loader {
    private static byte[] arp(String from, String to) {
        return ethernet(from, to, ARP, new byte[46]);
    }

    @Test
    default void bridgeSendsToThePortWhereItHeardTheStation() {
        try (Subject subject = example("bridge")) {
            subject.run("bridge", arp(ALICE, BROADCAST), 1, XdpAction.PASS);
            subject.runToTarget("bridge", arp(BOB, ALICE), 2, "port 1");
            subject.runToTarget("bridge", arp(ALICE, BOB), 1, "port 2");
            subject.run("bridge", arp("020000000003", BOB), 2, XdpAction.DROP);
            subject.run("bridge", arp("030000000003", BOB), 1, XdpAction.DROP);
            subject.runToTarget("bridge", arp(BOB, ALICE), 7, "port 1");
            subject.runToTarget("bridge", arp(ALICE, BOB), 1, "port 7");
        }
    }

    @Test
    default void floodBridgeFloodsWhatItDoesNotKnow() {
        try (Subject subject = example("flood_bridge")) {
            for (int port : new int[] {1, 2, 7}) {
                subject.set("ports", port, port);
            }
            subject.runToTarget("flood_bridge", arp(ALICE, BROADCAST), 1, "all of ports but 1");
            subject.runToTarget("flood_bridge", arp(ALICE, BOB), 1, "all of ports but 1");
            subject.runToTarget("flood_bridge", arp(BOB, ALICE), 2, "ports[1]");
            subject.runToTarget("flood_bridge", arp(ALICE, BOB), 1, "ports[2]");
            subject.runToTarget("flood_bridge", arp(BOB, "01005e000001"), 2, "all of ports but 2");
            subject.run("flood_bridge", arp("020000000003", BOB), 2, XdpAction.DROP);
            subject.run("flood_bridge", arp("010000000003", BOB), 1, XdpAction.DROP);
            assertEquals(
                    Map.of(ALICE, "01000000", BOB, "02000000", "020000000003", "02000000"),
                    subject.entries("stations"));
            assertEquals(0, subject.map("ports").delete(Subject.word(2)));
            subject.run("flood_bridge", arp(ALICE, BOB), 1, XdpAction.DROP);
        }
    }

    @Test
    default void nologicSendsEveryFrameToPortOne() {
        try (Subject subject = example("nologic")) {
            subject.runToTarget("nologic", arp(ALICE, BOB), 2, "port 1");
        }
    }

    @Test
    default void l2BridgeDoesWhatTheOneForValeDoes() {
        try (Subject subject = example("l2_bridge")) {
            for (int port : new int[] {1, 2, 7}) {
                subject.set("ports", port, port);
            }
            subject.runToTarget("l2_bridge", arp(ALICE, BROADCAST), 1, "all of ports but 1");
            subject.runToTarget("l2_bridge", arp(BOB, ALICE), 2, "ports[1]");
            subject.runToTarget("l2_bridge", arp(ALICE, BOB), 1, "ports[2]");
            subject.runToTarget("l2_bridge", arp(BOB, ALICE), 7, "ports[1]");
            subject.runToTarget("l2_bridge", arp(ALICE, BOB), 1, "ports[7]");
            subject.runToTarget("l2_bridge", arp(BOB, "01005e000001"), 2, "all of ports but 2");
            subject.runToTarget("l2_bridge", arp(BOB, "000000000000"), 2, "all of ports but 2");
            subject.runToTarget("l2_bridge", arp("030000000003", BOB), 1, "ports[2]");
            subject.runToTarget("l2_bridge", arp(BOB, "030000000003"), 2, "all of ports but 2");
            assertEquals(0, subject.map("ports").delete(Subject.word(2)));
            subject.run("l2_bridge", arp(ALICE, BOB), 1, XdpAction.DROP);
        }
    }

    @Test
    default void vlanDomainsKeepBroadcastsApart() {
        try (Subject subject = example("vlan_domains")) {
            int[] domainOfPort = {0, 0, 1, 1};
            for (int port = 1; port <= domainOfPort.length; port++) {
                int domain = domainOfPort[port - 1];
                subject.set("domain_of_port", port, domain);
                subject.set("domain_" + domain, port, port);
            }
            subject.runToTarget("vlan_domains", arp(ALICE, BROADCAST), 1, "all of domain_0 but 1");
            subject.runToTarget("vlan_domains", arp(ALICE, BROADCAST), 2, "all of domain_0 but 2");
            subject.runToTarget("vlan_domains", arp(ALICE, "333300000001"), 4, "all of domain_1 but 4");
            subject.run("vlan_domains", arp(ALICE, BOB), 3, XdpAction.PASS);
            subject.run("vlan_domains", arp(ALICE, BROADCAST), 5, XdpAction.DROP);
            subject.set("domain_of_port", 5, 99);
            subject.run("vlan_domains", arp(ALICE, BROADCAST), 5, XdpAction.DROP);
        }
    }

    @Test
    default void mirrorCopiesToTheOtherEndAndTheWatcher() {
        try (Subject subject = example("mirror")) {
            for (int port = 1; port <= 3; port++) {
                subject.set("cable", port, port);
            }
            subject.set("watcher", 0, 3);
            subject.runToTarget("mirror", arp(ALICE, BOB), 1, "all of cable but 1");
            subject.runToTarget("mirror", arp(BOB, ALICE), 2, "all of cable but 2");
            subject.run("mirror", arp(BOB, ALICE), 3, XdpAction.DROP);
        }
    }

    @Test
    default void loadBalancerMovesFewConnectionsWhenAServerGoes() {
        String service = "c612ff01" + "0050" + "06" + "00";
        try (Subject subject = example("load_balancer")) {
            subject.set("services", hex(service), Subject.word(2));
            for (int server = 0; server < 4; server++) {
                subject.set("servers", Subject.word(server), hex("02000000aa%02x%02x00".formatted(server, server + 2)));
            }
            fillTable(subject, Set.of(0, 1, 2, 3));
            Map<Integer, String> before = assignments(subject);
            assertEquals(4, new TreeSet<>(before.values()).size(), "servers in use");
            assertEquals(before, assignments(subject), "a connection stays");

            fillTable(subject, Set.of(0, 1, 3));
            Map<Integer, String> after = assignments(subject);
            long moved = before.entrySet().stream()
                    .filter(e -> !e.getValue().endsWith("02") && !e.getValue().equals(after.get(e.getKey())))
                    .count();
            assertTrue(after.values().stream().noneMatch(mac -> mac.endsWith("02")));
            assertTrue(moved < before.size() / 10, moved + " of " + before.size() + " moved for no reason");
        }
    }

    /** Which server's address each of some connections gets, by source port. */
    private static Map<Integer, String> assignments(Subject subject) {
        Map<Integer, String> all = new TreeMap<>();
        for (int source = 20_000; source < 20_200; source++) {
            byte[] frame = tcp4(ALICE_4, "198.18.255.1", source, 80, ACK, new byte[0]);
            Subject.Verdict verdict = subject.run("load_balancer", frame, 1);
            byte[] left = verdict.frame().toArray();
            String mac = HexFormat.of().formatHex(left, 0, 6);
            assertEquals(XdpAction.REDIRECT, verdict.action());
            if (subject.knowsTargets()) {
                assertEquals("port " + (left[5] + 2), verdict.target());
            }
            assertArrayEquals(Arrays.copyOfRange(frame, 6, frame.length), Arrays.copyOfRange(left, 6, left.length));
            all.put(source, mac);
        }
        return all;
    }

    /** Maglev's way (NSDI 2016, section 3.4): servers take turns, each takes its next free slot of its own order. */
    private static void fillTable(Subject subject, Set<Integer> servers) {
        int slots = 251;
        int[] owner = new int[slots];
        Arrays.fill(owner, -1);
        int[] next = new int[4];
        for (int filled = 0; filled < slots; ) {
            for (int server : new TreeSet<>(servers)) {
                int offset = (server * 7_919 + 13) % slots;
                int skip = (server * 104_729 + 7) % (slots - 1) + 1;
                int slot;
                do {
                    slot = (offset + next[server]++ * skip) % slots;
                } while (owner[slot] >= 0);
                owner[slot] = server;
                if (++filled == slots) {
                    break;
                }
            }
        }
        for (int slot = 0; slot < slots; slot++) {
            subject.set("tables", 2 * slots + slot, owner[slot]);
        }
    }

    @Test
    default void loadBalancerLeavesOtherTrafficAlone() {
        try (Subject subject = example("load_balancer")) {
            subject.set("services", hex("c612ff0100500600"), Subject.word(0));
            subject.run("load_balancer", tcp4(ALICE_4, "198.18.255.1", 1, 81, ACK, new byte[0]), 1, XdpAction.PASS);
            subject.run("load_balancer", udp4(ALICE_4, "198.18.255.1", 1, 80), 1, XdpAction.PASS);
            subject.run("load_balancer", arp(ALICE, BOB), 1, XdpAction.PASS);
            subject.run("load_balancer", tcp4(ALICE_4, "198.18.255.1", 1, 80, ACK, new byte[0]), 1, XdpAction.DROP);
            byte[] fragment = ipv4(ALICE_4, "198.18.255.1", TCP, 0x2000, Packets.tcp(1, 80, ACK, new byte[0]));
            subject.run("load_balancer", ethernet(ALICE, BOB, IPV4, fragment), 1, XdpAction.PASS);
        }
    }

    private static byte[] endpoint(String address, int port, int protocol) {
        return concat(address(address), hex("%04x%02x00".formatted(port, protocol)));
    }

    @Test
    default void natTranslatesBothWaysWithRightChecksums() {
        try (Subject subject = example("nat")) {
            for (int protocol : new int[] {TCP, UDP}) {
                byte[] inside = endpoint(ALICE_4, 40_000, protocol);
                byte[] outside = endpoint("198.19.255.254", 61_234, protocol);
                subject.set("outwards", inside, outside);
                subject.set("inwards", outside, inside);
            }
            assertTranslated(
                    udp4("198.19.255.254", BOB_4, 61_234, 53),
                    subject.run("nat", udp4(ALICE_4, BOB_4, 40_000, 53), 1, XdpAction.PASS));
            assertTranslated(
                    udp4(BOB_4, ALICE_4, 53, 40_000),
                    subject.run("nat", udp4(BOB_4, "198.19.255.254", 53, 61_234), 2, XdpAction.PASS));
            assertTranslated(
                    tcp4("198.19.255.254", BOB_4, 61_234, 80, ACK, new byte[0]),
                    subject.run("nat", tcp4(ALICE_4, BOB_4, 40_000, 80, ACK, new byte[0]), 1, XdpAction.PASS));
            byte[] other = udp4(ALICE_4, BOB_4, 40_001, 53);
            assertArrayEquals(other, subject.run("nat", other, 1, XdpAction.PASS));

            byte[] unsummed = udp4(ALICE_4, BOB_4, 40_000, 53);
            int check = Packets.IP_AT + 20 + 6;
            unsummed[check] = 0;
            unsummed[check + 1] = 0;
            byte[] translated = subject.run("nat", unsummed, 1, XdpAction.PASS);
            assertEquals(0, translated[check] | translated[check + 1]);
            assertTrue(Packets.isIpChecksumRight(translated));
        }
    }

    private static void assertTranslated(byte[] expected, byte[] actual) {
        assertEquals(HexFormat.of().formatHex(expected), HexFormat.of().formatHex(actual));
        assertTrue(Packets.isIpChecksumRight(actual));
        assertTrue(Packets.isTransportChecksumRight(actual));
    }

    /** Among so many source ports every carry of the sums happens, and the sum that is written as 0xffff. */
    @Test
    default void natKeepsChecksumsRightForAllPorts() {
        try (Subject subject = example("nat")) {
            for (int port = 1; port < 65_536; port += 251) {
                subject.set("outwards", endpoint(ALICE_4, port, UDP), endpoint("198.18.77.200", 65_536 - port, UDP));
                assertTranslated(
                        udp4("198.18.77.200", BOB_4, 65_536 - port, 53),
                        subject.run("nat", udp4(ALICE_4, BOB_4, port, 53), 1, XdpAction.PASS));
            }
        }
    }
}
