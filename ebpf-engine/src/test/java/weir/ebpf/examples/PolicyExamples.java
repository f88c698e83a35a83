// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.ebpf.examples.Hosts.ALICE;
import static weir.ebpf.examples.Hosts.ALICE_4;
import static weir.ebpf.examples.Hosts.ALICE_6;
import static weir.ebpf.examples.Hosts.BOB;
import static weir.ebpf.examples.Hosts.BOB_4;
import static weir.ebpf.examples.Hosts.BOB_6;
import static weir.ebpf.examples.Hosts.tcp4;
import static weir.ebpf.examples.Hosts.udp4;
import static weir.ebpf.examples.Hosts.udp6;
import static weir.ebpf.testing.Packets.ACK;
import static weir.ebpf.testing.Packets.ARP;
import static weir.ebpf.testing.Packets.SYN;
import static weir.ebpf.testing.Packets.address;
import static weir.ebpf.testing.Packets.concat;
import static weir.ebpf.testing.Packets.ethernet;
import static weir.ebpf.testing.Packets.hex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.ebpf.map.MapControl;
import weir.ebpf.xdp.XdpAction;

/** Examples that allow, deny, limit and remember. */
interface PolicyExamples extends Loader {
    private static void rule(Subject subject, String prefix, int bits, int action) {
        byte[] address = address(prefix);
        String map = address.length == 4 ? "rules_v4" : "rules_v6";
        subject.set(map, concat(Subject.word(bits), address), Subject.word(action));
    }

    @Test
    default void aclLetsTheLongestPrefixDecide() {
        try (Subject subject = example("acl")) {
            rule(subject, "198.18.0.0", 16, XdpAction.DROP);
            rule(subject, "198.18.128.0", 17, XdpAction.PASS);
            rule(subject, "198.18.128.7", 32, XdpAction.DROP);
            rule(subject, "2001:db8::", 32, XdpAction.DROP);
            rule(subject, "2001:db8:1::", 48, XdpAction.PASS);
            Map<String, Integer> expected = Map.of(
                    "198.18.127.255", XdpAction.DROP,
                    "198.18.0.1", XdpAction.DROP,
                    "198.18.128.6", XdpAction.PASS,
                    "198.18.128.7", XdpAction.DROP,
                    "198.19.0.1", XdpAction.PASS);
            expected.forEach((source, action) -> subject.run("acl", udp4(source, BOB_4, 1, 2), 1, action));
            subject.run("acl", udp6("2001:db8:2::1", BOB_6, 1, 2), 1, XdpAction.DROP);
            subject.run("acl", udp6("2001:db8:1::1", BOB_6, 1, 2), 1, XdpAction.PASS);
            subject.run("acl", Hosts.frame(ARP, new byte[28]), 1, XdpAction.PASS);
            subject.run("acl", Arrays.copyOf(udp6(ALICE_6, BOB_6, 1, 2), 53), 1, XdpAction.DROP);
            assertEquals(5, subject.count("verdicts", XdpAction.DROP));
            assertEquals(4, subject.count("verdicts", XdpAction.PASS));
        }
    }

    @Test
    default void dropPortCountsWhatItDrops() {
        try (Subject subject = example("drop_port")) {
            subject.run("drop_port", udp4(ALICE_4, BOB_4, 9, 53), 1, XdpAction.PASS);
            subject.set("blocked_ports", hex("3500"), new byte[8]);
            subject.run("drop_port", udp4(ALICE_4, BOB_4, 9, 53), 1, XdpAction.DROP);
            subject.run("drop_port", tcp4(ALICE_4, BOB_4, 9, 53, SYN, new byte[0]), 1, XdpAction.DROP);
            subject.run("drop_port", udp4(ALICE_4, BOB_4, 53, 9), 1, XdpAction.PASS);
            assertEquals(2, subject.count("blocked_ports", hex("3500")));
        }
    }

    /** The limit is so low that a bucket does not fill up by itself while the test runs. */
    @Test
    default void rateLimitAllowsABurstToEachSource() {
        try (Subject subject = example("rate_limit")) {
            byte[] alice = udp4(ALICE_4, BOB_4, 1, 2);
            byte[] bob = udp4(BOB_4, ALICE_4, 1, 2);
            for (int i = 0; i < 10; i++) {
                subject.run("rate_limit", alice, 1, XdpAction.PASS);
            }
            assertEquals(Map.of(), subject.entries("buckets"));
            long most = 3_000_000_000L;
            subject.set("limit", new byte[4], Subject.longs(1, 3));
            for (int i = 0; i < 3; i++) {
                subject.run("rate_limit", alice, 1, XdpAction.PASS);
            }
            if (subject.hasStillClock()) {
                subject.run("rate_limit", alice, 1, XdpAction.DROP);
                subject.advance(1_500_000_000L);
                subject.run("rate_limit", alice, 1, XdpAction.PASS);
                subject.run("rate_limit", alice, 1, XdpAction.DROP);
                subject.advance(500_000_000L);
                subject.run("rate_limit", alice, 1, XdpAction.PASS);
                subject.advance(1_000 * most);
                for (int i = 0; i < 3; i++) {
                    subject.run("rate_limit", alice, 1, XdpAction.PASS);
                }
                subject.run("rate_limit", alice, 1, XdpAction.DROP);
            }
            subject.run("rate_limit", bob, 1, XdpAction.PASS);
            assertEquals(
                    Set.of("c6120001", "c6120002"), subject.entries("buckets").keySet());
            subject.set("limit", new byte[4], Subject.longs(1, 0));
            subject.run("rate_limit", bob, 1, XdpAction.DROP);
        }
    }

    @Test
    default void sampleEventsNeverLosesAFrame() {
        byte[] frame = udp4(ALICE_4, BOB_4, 1, 2);
        try (Subject subject = example("sample_events")) {
            // 88 bytes each with the header of a record, in a buffer of 65536 bytes that nobody reads
            int fit = (65_536 - 1) / 88;
            for (int i = 0; i < fit + 10; i++) {
                subject.run("sample_events", frame, 1, XdpAction.PASS);
            }
            assertEquals(fit + 10, subject.count("counters", 0));
            assertEquals(fit, subject.count("counters", 1));
            assertEquals(10, subject.count("counters", 2));
        }
    }

    @Test
    default void sampleEventsTakesAboutOneInN() {
        byte[] frame = udp4(ALICE_4, BOB_4, 1, 2);
        try (Subject subject = example("sample_events")) {
            subject.set("one_in", 0, 10);
            for (int i = 0; i < 2_000; i++) {
                subject.run("sample_events", frame, 1, XdpAction.PASS);
            }
            long sampled = subject.count("counters", 1);
            // mean 200, standard deviation 13.4: 8 of these to each side
            assertTrue(sampled > 92 && sampled < 308, "sampled=" + sampled);
        }
    }

    @Test
    default void flowTableKeepsEachDirectionApart() {
        try (Subject subject = example("flow_table")) {
            byte[] syn = tcp4(ALICE_4, BOB_4, 50_000, 80, SYN, new byte[0]);
            byte[] ack = tcp4(ALICE_4, BOB_4, 50_000, 80, ACK, new byte[8]);
            subject.run("flow_table", syn, 1, XdpAction.PASS);
            subject.advance(1_000_000);
            subject.run("flow_table", ack, 1, XdpAction.PASS);
            subject.run("flow_table", tcp4(BOB_4, ALICE_4, 80, 50_000, SYN | ACK, new byte[0]), 1, XdpAction.PASS);
            subject.run("flow_table", udp6(ALICE_6, BOB_6, 40_000, 53), 1, XdpAction.PASS);
            subject.run("flow_table", Hosts.frame(ARP, new byte[28]), 1, XdpAction.PASS);
            assertEquals(3, subject.entries("flows").size());

            byte[] key = concat(
                    hex("00000000000000000000ffff"),
                    address(ALICE_4),
                    hex("00000000000000000000ffff"),
                    address(BOB_4),
                    hex("c3500050" + "06000000"));
            ByteBuffer state = found(subject, "flows", key);
            assertEquals(2, state.getLong());
            assertEquals(syn.length + ack.length, state.getLong());
            long first = state.getLong();
            long last = state.getLong();
            assertTrue(last - first >= 1_000_000, first + " to " + last);
            assertEquals(SYN | ACK, state.get());

            byte[] key6 = concat(address(ALICE_6), address(BOB_6), hex("9c400035" + "11000000"));
            assertEquals(1, found(subject, "flows", key6).getLong());
        }
    }

    private static ByteBuffer found(Subject subject, String map, byte[] key) {
        MapControl.Result result = subject.map(map).lookup(key, 0);
        return ByteBuffer.wrap(((MapControl.Result.Found) result).bytes().toArray())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    default void ageingForgetsStationsThatWereSilent() {
        try (Subject subject = example("ageing")) {
            subject.set("settings", new byte[4], Subject.longs(3_600_000_000_000L));
            subject.set("settings", Subject.word(1), Subject.longs(1));
            for (int station = 1; station <= 5; station++) {
                subject.run("ageing", ethernet("02000000000" + station, BOB, ARP, new byte[28]), 1, XdpAction.PASS);
            }
            subject.advance(30_000_000);
            subject.set("settings", new byte[4], Subject.longs(20_000_000));
            subject.run("ageing", ethernet(ALICE, BOB, ARP, new byte[28]), 1, XdpAction.PASS);
            assertEquals(Set.of(ALICE), subject.entries("stations").keySet());
            assertEquals(6, subject.count("counters", 0));
            assertEquals(4, subject.count("counters", 2));
            subject.set("settings", new byte[4], Subject.longs(0));
            subject.run("ageing", ethernet(BOB, ALICE, ARP, new byte[28]), 1, XdpAction.PASS);
            assertEquals(Set.of(ALICE, BOB), subject.entries("stations").keySet());
        }
    }

    @Test
    default void ageingSweepsOnlyWhenItIsTime() {
        try (Subject subject = example("ageing")) {
            byte[] frame = ethernet(ALICE, BOB, ARP, new byte[28]);
            subject.set("settings", Subject.word(1), Subject.longs(3_600_000_000_000L));
            for (int i = 0; i < 5; i++) {
                subject.run("ageing", frame, 1, XdpAction.PASS);
            }
            assertEquals(1, subject.count("counters", 1));
        }
    }
}
