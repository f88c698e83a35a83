// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.counter.DropReason.HAIRPIN;
import static weir.core.counter.DropReason.INVALID_SOURCE;
import static weir.core.counter.DropReason.MALFORMED_VLAN;
import static weir.core.counter.DropReason.NO_BUFFER;
import static weir.core.counter.DropReason.NO_DESTINATION;
import static weir.core.counter.DropReason.OVERSIZE;
import static weir.core.counter.DropReason.QUEUE_FULL;
import static weir.core.counter.DropReason.RESERVED_GROUP;
import static weir.core.counter.DropReason.RUNT;
import static weir.core.counter.DropReason.VLAN_DENIED;
import static weir.core.counter.DropReason.WORKER_BACKLOG;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.PoolConfig;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;

/** The answers that bad, odd and large frames get, case by case. */
class FrameRulesTest {
    private static final long A = Frames.station(1);
    private static final long B = Frames.station(2);
    private static final long C = Frames.station(3);

    private static byte[] frame(long to, long from) {
        return Frames.untagged(to, from, 64, 7);
    }

    private static PortCounters counters(HandDrivenSwitch hand, String port) {
        return hand.sw().counters().get(port);
    }

    private static void assertDrops(HandDrivenSwitch hand, String port, Map<DropReason, Long> expected) {
        assertEquals(expected, counters(hand, port).drops(), "drops of " + port);
    }

    private static HandDrivenSwitch vlans(String... modes) {
        HandDrivenSwitch hand = new HandDrivenSwitch();
        for (int i = 0; i < modes.length; i++) {
            String name = String.valueOf((char) ('a' + i));
            hand.port(PortOptions.named(name).withVlan(VlanMode.parse(modes[i])), MemoryPortConfig.DEFAULT);
        }
        return hand;
    }

    // ---- untagged -------------------------------------------------------------------------------

    @Test
    void floodsUntilTheAddressIsLearned() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            hand.sendAndSettle("a", frame(B, A));
            hand.assertReceived("b", frame(B, A));
            hand.assertReceived("c", frame(B, A));
            hand.assertReceived("a");
            hand.sendAndSettle("b", frame(A, B));
            hand.assertReceived("a", frame(A, B));
            hand.assertReceived("c");
            hand.sendAndSettle("a", frame(B, A));
            hand.assertReceived("b", frame(B, A));
            hand.assertReceived("c");
            assertEquals(1, counters(hand, "a").floodCopies());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Frames.BROADCAST, 0x0100_5e00_0001L, 0x0300_0000_0001L})
    void dropsInvalidSourcesBeforeADecisionAndNeverLearnsThem(long source) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("a", frame(B, source));
            assertEquals(Map.of(INVALID_SOURCE, 1L), counters(hand, "a").ingressDrops());
            assertEquals(0, counters(hand, "a").decided());
            assertEquals(List.of(), hand.sw().fdb());
        }
    }

    @Test
    void dropsFramesForTheirOwnPortUnlessItAllowsHairpin() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("a", frame(B, A), frame(A, C));
            hand.received("b");
            assertDrops(hand, "a", Map.of(HAIRPIN, 1L));
        }
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withHairpin(true), MemoryPortConfig.DEFAULT);
            hand.sendAndSettle("a", frame(A, A));
            hand.assertReceived("a", frame(A, A));
            hand.detach("a");
            hand.port(PortOptions.named("a"), MemoryPortConfig.DEFAULT);
            hand.sendAndSettle("a", frame(A, A));
            assertDrops(hand, "a", Map.of(HAIRPIN, 1L));
        }
    }

    @Test
    void dropsReservedGroupsAndFloodsTheOthers() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            for (int last = 0; last <= 0x10; last++) {
                hand.sendAndSettle("a", frame(0x0180_c200_0000L + last, A));
            }
            hand.assertReceived("b", frame(0x0180_c200_0010L, A));
            assertEquals(Map.of(RESERVED_GROUP, 16L), counters(hand, "a").ingressDrops());
            assertEquals(1, hand.sw().fdb().size(), "the sender is learned");
        }
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withForwardBpdus(true)).ports("a", "b")) {
            hand.sendAndSettle("a", frame(0x0180_c200_0000L, A), frame(0x0180_c200_0001L, A));
            hand.assertReceived("b", frame(0x0180_c200_0000L, A));
            assertDrops(hand, "a", Map.of(RESERVED_GROUP, 1L));
        }
    }

    @Test
    void dropsRuntsAndForwardsShortFramesAsTheyAre() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            byte[] whole = frame(B, A);
            for (int length = 0; length < 14; length++) {
                hand.sendAndSettle("a", Arrays.copyOf(whole, length));
            }
            assertEquals(Map.of(RUNT, 14L), counters(hand, "a").ingressDrops());
            for (int length = 14; length < 60; length++) {
                hand.sendAndSettle("a", Arrays.copyOf(whole, length));
                hand.assertReceived("b", Arrays.copyOf(whole, length));
            }
        }
    }

    @Test
    void dropsFramesWithHalfATag() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            byte[] tagged = Frames.push(frame(B, A), 10);
            for (int length = 14; length < 20; length++) {
                hand.sendAndSettle("a", Arrays.copyOf(tagged, length));
            }
            assertEquals(Map.of(MALFORMED_VLAN, 6L), counters(hand, "a").ingressDrops());
            hand.sendAndSettle("a", Arrays.copyOf(tagged, 20));
            hand.assertReceived("b", Arrays.copyOf(tagged, 20));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void dropsWhatIsLargerThanTheEgressMtuWithFourBytesMoreForEachTag(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a")) {
            hand.port(PortOptions.named("b"), MemoryPortConfig.DEFAULT.withMtuBytes(100));
            byte[] fits = Frames.untagged(B, A, 114, 1);
            byte[] large = Frames.untagged(B, A, 115, 2);
            byte[] tagged = Frames.push(fits, 10);
            byte[] doubly = Frames.push(tagged, 20);
            byte[] triply = Frames.push(doubly, 30);
            hand.sendAndSettle("a", fits, large, tagged, doubly, triply, Frames.push(large, 10));
            hand.assertReceived("b", fits, tagged, doubly);
            assertEquals(Map.of(OVERSIZE, 3L), counters(hand, "b").egressDrops());
            assertEquals(6, counters(hand, "b").enqueued());
        }
    }

    @Test
    void aFloodOfALargeFrameReachesThePortsThatCanTakeIt() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "c")) {
            hand.port(PortOptions.named("b"), MemoryPortConfig.DEFAULT.withMtuBytes(100));
            byte[] large = Frames.untagged(Frames.BROADCAST, A, 1514, 2);
            hand.sendAndSettle("a", large);
            hand.assertReceived("c", large);
            assertDrops(hand, "b", Map.of(OVERSIZE, 1L));
        }
    }

    @Test
    void aLonelyPortHasNoDestination() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            hand.sendAndSettle("a", frame(B, A));
            assertEquals(Map.of(NO_DESTINATION, 1L), counters(hand, "a").decisionDrops());
        }
    }

    // ---- tags -----------------------------------------------------------------------------------

    @Test
    void untaggedTagsPassAPortThatIgnoresVlans() {
        try (HandDrivenSwitch hand = vlans("unaware", "unaware", "access:10", "trunk:10")) {
            byte[] tagged = Frames.push(frame(B, A), 4095);
            hand.sendAndSettle("a", tagged);
            hand.assertReceived("b", tagged);
            hand.assertReceived("c");
            hand.assertReceived("d");
        }
    }

    @Test
    void convertsBetweenAccessAndTrunkAndKeepsEveryCopyIntact() {
        try (HandDrivenSwitch hand =
                vlans("access:10", "access:10", "trunk:10,20", "trunk:10,native=10", "access:20")) {
            byte[] plain = frame(Frames.BROADCAST, A);
            hand.sendAndSettle("a", plain);
            hand.assertReceived("b", plain);
            hand.assertReceived("c", Frames.push(plain, 10));
            hand.assertReceived("d", plain);
            hand.assertReceived("e");
            byte[] tagged = Frames.push(frame(A, C), 0xa000 | 10);
            hand.sendAndSettle("c", tagged);
            hand.assertReceived("a", frame(A, C));
            hand.assertReceived("b");
            byte[] back = Frames.push(frame(Frames.BROADCAST, C), 10);
            hand.sendAndSettle("c", back);
            hand.assertReceived("a", Frames.pop(back));
            hand.assertReceived("b", Frames.pop(back));
            hand.assertReceived("d", Frames.pop(back));
        }
    }

    @Test
    void deniesTagsOnAccessPortsAndVlansThatATrunkDoesNotCarry() {
        try (HandDrivenSwitch hand = vlans("access:10", "trunk:20,4094")) {
            hand.sendAndSettle("a", Frames.push(frame(B, A), 10), Frames.push(frame(B, A), 20));
            assertEquals(Map.of(VLAN_DENIED, 2L), counters(hand, "a").ingressDrops());
            hand.sendAndSettle(
                    "b",
                    Frames.push(frame(B, A), 10),
                    Frames.push(frame(B, A), 4095),
                    frame(B, A),
                    Frames.push(frame(B, A), 0));
            assertEquals(Map.of(VLAN_DENIED, 4L), counters(hand, "b").ingressDrops());
            assertEquals(List.of(), hand.sw().fdb());
        }
    }

    @Test
    void takesAPriorityTagAsUntagged() {
        try (HandDrivenSwitch hand = vlans("access:10", "access:10", "trunk:10")) {
            hand.sendAndSettle("a", Frames.push(frame(Frames.BROADCAST, A), 0xe000));
            hand.assertReceived("b", frame(Frames.BROADCAST, A));
            hand.assertReceived("c", Frames.push(frame(Frames.BROADCAST, A), 0xe000 | 10));
        }
    }

    @Test
    void neverLetsAnInnerTagComeToLight() {
        try (HandDrivenSwitch hand = vlans("trunk:10,20", "access:10", "trunk:10,20,native=10", "trunk:10")) {
            byte[] twice = Frames.push(Frames.push(frame(Frames.BROADCAST, A), 20), 10);
            hand.sendAndSettle("a", twice);
            hand.assertReceived("b");
            hand.assertReceived("c");
            hand.assertReceived("d", twice);
            assertDrops(hand, "b", Map.of(VLAN_DENIED, 1L));
            assertDrops(hand, "c", Map.of(VLAN_DENIED, 1L));
        }
    }

    @Test
    void learnsInEachVlanByItself() {
        try (HandDrivenSwitch hand = vlans("trunk:10,20", "access:10", "access:20", "access:10", "access:20")) {
            hand.sendAndSettle("b", frame(C, A));
            hand.sendAndSettle("c", frame(C, A)); // the same station in the other VLAN
            hand.portNames().forEach(hand::received);
            hand.sendAndSettle("a", Frames.push(frame(A, B), 10), Frames.push(frame(A, B), 20));
            hand.assertReceived("b", frame(A, B));
            hand.assertReceived("c", frame(A, B));
            hand.assertReceived("d");
            hand.assertReceived("e");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aTagMakesRoomInTheMtu(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers))) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(
                    PortOptions.named("b").withVlan(VlanMode.parse("trunk:10")),
                    MemoryPortConfig.DEFAULT.withMtuBytes(100));
            byte[] fits = Frames.untagged(B, A, 114, 1);
            hand.sendAndSettle("a", fits, Frames.untagged(B, A, 115, 1));
            hand.assertReceived("b", Frames.push(fits, 10));
            assertDrops(hand, "b", Map.of(OVERSIZE, 1L));
        }
    }

    // ---- out of room ----------------------------------------------------------------------------

    @Test
    void aReceiverThatDoesNotReadLosesItsOwnFramesOnly() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "c")) {
            hand.port(PortOptions.named("b"), MemoryPortConfig.DEFAULT.withRingFrames(16));
            for (int i = 0; i < 40; i++) {
                hand.sendAndSettle("a", frame(Frames.BROADCAST, A));
            }
            assertEquals(40, hand.received("c").size());
            assertEquals(16, hand.received("b").size());
            assertDrops(hand, "b", Map.of(QUEUE_FULL, 24L));
        }
    }

    @Test
    void anIsolatedPortThatHoardsRunsOutOfItsOwnCreditOnly() {
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(c -> c.withPool(new PoolConfig(1024, 0, 200))).ports("a", "c")) {
            hand.port(
                    PortOptions.named("b"),
                    MemoryPortConfig.DEFAULT.withIsolated(true).withRingFrames(512));
            for (int i = 0; i < 300; i++) {
                hand.sendAndSettle("a", frame(Frames.BROADCAST, A));
                assertEquals(1, hand.received("c").size());
            }
            assertDrops(hand, "b", Map.of(NO_BUFFER, 100L));
            assertEquals(200, hand.received("b").size());
        }
    }

    @Test
    void aTagThatFindsNoSlotForItsCopyIsNoBuffer() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withPool(new PoolConfig(1024, 0, 64)))) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("b").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("c").withVlan(VlanMode.parse("trunk:10")), MemoryPortConfig.DEFAULT);
            long[] rest = hand.allocate("a", 60); // the credit of a, but for four
            for (int i = 0; i < 4; i++) {
                hand.sendAndSettle("a", frame(Frames.BROADCAST, A));
            }
            assertEquals(4, hand.received("b").size(), "the frame itself needs no copy");
            assertEquals(4, counters(hand, "c").enqueued());
            assertEquals(
                    4L - hand.received("c").size(),
                    counters(hand, "c").drops().getOrDefault(NO_BUFFER, 0L),
                    "copies are charged to the sender");
            hand.endpoint("a").release(rest, 0, rest.length);
        }
    }

    @Test
    void aWorkerThatDoesNotKeepUpIsWorkerBacklog() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c ->
                c.withWorkers(2).withPool(new PoolConfig(16_384, 0, 16_384)).withBatchFrames(256))) {
            MemoryPortConfig large = MemoryPortConfig.DEFAULT.withRingFrames(8192);
            hand.port(PortOptions.named("a"), large);
            hand.port(PortOptions.named("b"), large);
            byte[][] many = new byte[6000][];
            Arrays.fill(many, frame(Frames.BROADCAST, A));
            hand.send("a", many);
            hand.settle();
            int got = hand.received("b").size();
            long lost = counters(hand, "a").drops().getOrDefault(WORKER_BACKLOG, 0L);
            assertEquals(6000, got + lost);
            assertTrue(lost > 0, "the ring between the workers is shorter than what was sent at once");
        }
    }
}
