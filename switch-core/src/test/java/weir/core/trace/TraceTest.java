// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.capture.FilterException;
import weir.core.counter.DropReason;
import weir.core.fdb.FdbConfig;
import weir.core.frame.Offload;
import weir.core.frame.PoolConfig;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.CaptureFilters;
import weir.core.rate.StormLimits;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;
import weir.core.testing.OffloadPort;
import weir.core.testing.Seeds;
import weir.core.testing.SuperFrame;
import weir.core.testing.Traced;

/** What a trace tells of frames that no eBPF program sees. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TraceTest {
    private static final byte[] A_TO_B = Frames.untagged(Frames.station(2), Frames.station(1), 60, 1);
    private static final byte[] B_TO_A = Frames.untagged(Frames.station(1), Frames.station(2), 100, 2);
    private static final byte[] BROADCAST = Frames.untagged(Frames.BROADCAST, Frames.station(1), 64, 3);
    private static final long GROUP = 0x0100_5e00_0001L;
    private static final long BPDU = 0x0180_c200_0000L;

    private static String why(Traced traced) {
        return traced.only().why();
    }

    // ---- learning and lookup -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tellsOfLearningAndLookup(int workers) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b")) {
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("b", B_TO_A);
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("b", A_TO_B);
                hand.sendAndSettle("a", A_TO_B);
                hand.advanceSeconds(20);
                hand.sendAndSettle("a", A_TO_B);
            });
            String to = workers == 1 ? "enqueued" : "handed_over";
            assertEquals(
                    List.of(
                            "a: learned, unknown_unicast, b " + to + ": flooded",
                            "b: learned, hit a, a " + to + ": forwarded",
                            "a: known, hit b, b " + to + ": forwarded",
                            "b: moved from a, hit b: dropped hairpin",
                            "a: moved from b, hit b, b " + to + ": forwarded",
                            "a: refreshed, hit b, b " + to + ": forwarded"),
                    traced.texts());
            TracedFrame first = traced.frames().getFirst();
            assertEquals("nobody is known to have 02:00:00:00:00:02", first.why());
            assertEquals(
                    "02:00:00:00:00:01 was learned at port a",
                    traced.frames().get(1).why());
            assertEquals(
                    "02:00:00:00:00:02 is at port b itself, where the frame came from",
                    traced.frames().get(3).why());
            assertEquals(FrameBytes.of(A_TO_B), first.bytes(), "as it came in");
            assertEquals(60, first.lengthBytes());
            assertEquals(1, first.portNumber());
            assertEquals(new TraceCounters(6, 6, 6, 0, 0, 0), traced.counters());
        }
    }

    @Test
    void tellsHowAnAddressIsHeldOrSetOrRefused() throws Exception {
        FdbConfig fdb = FdbConfig.withCapacity(16).withPortQuota(2);
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withFdb(fdb)).ports("a", "b", "c")) {
            assertTrue(hand.sw().addStatic(0, Frames.toSwitchOrder(Frames.station(9)), "c"));
            byte[] staticSource = Frames.untagged(Frames.station(9), Frames.station(9), 60, 1);
            Traced traced = Traced.of(hand, TraceSettings.NEXT.withPort("a"), () -> {
                hand.sendAndSettle("a", staticSource);
                for (int station = 1; station <= 3; station++) {
                    hand.sendAndSettle("a", Frames.untagged(Frames.station(9), Frames.station(station), 60, 1));
                }
            });
            assertEquals(
                    List.of(
                            "a: static from c, hit c, c enqueued: forwarded",
                            "a: learned, hit c, c enqueued: forwarded",
                            "a: learned, hit c, c enqueued: forwarded",
                            "a: refused_quota, hit c, c enqueued: forwarded"),
                    traced.texts());
            assertEquals(
                    "02:00:00:00:00:09 was set for port c",
                    traced.frames().get(1).why());
            assertTrue(traced.frames().get(1).lookup().isStatic());
            Traced flapping = Traced.of(hand, TraceSettings.NEXT.withPort("b").withFrames(1000), () -> {
                for (int i = 0; i < 12; i++) {
                    hand.sendAndSettle("a", A_TO_B);
                    hand.sendAndSettle("b", A_TO_B);
                }
            });
            assertTrue(
                    flapping.texts().getLast().startsWith("b: held from a"),
                    () -> flapping.texts().toString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0180c2000003, reserved_group, 'its destination is for this link alone, and no bridge forwards it'",
        "0180c2000000, reserved_group, 'its destination is for this link alone, and no bridge forwards it'",
        "ffffffffffff, '', it is a broadcast",
        "01005e000001, '', 01:00:5e:00:00:01 is a group",
    })
    void tellsWhyGroupsFloodOrDoNot(String destination, String reason, String why) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            byte[] frame = Frames.untagged(Long.parseUnsignedLong(destination, 16), Frames.station(1), 60, 1);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", frame));
            TracedFrame only = traced.only();
            assertEquals(reason, only.reason() == null ? "" : only.reason().label());
            assertEquals(why, only.why());
            assertEquals(
                    reason.isEmpty() ? List.of("b", "c") : List.of(),
                    only.egress().stream().map(TracedEgress::port).toList());
        }
    }

    @Test
    void aBpduThatIsForwardedFloods() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withForwardBpdus(true)).ports("a", "b")) {
            byte[] frame = Frames.untagged(BPDU, Frames.station(1), 60, 1);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", frame));
            assertEquals(List.of("a: learned, reserved_group, b enqueued: flooded"), traced.texts());
            assertEquals("the switch was told to forward BPDUs", why(traced));
        }
    }

    // ---- drops ---------------------------------------------------------------------------------------

    @Test
    void tellsOfFramesThatNoSwitchCarries() throws Exception {
        byte[] runt = new byte[10];
        byte[] halfTag = Frames.push(new byte[14], 5);
        byte[] fromGroup = Frames.untagged(Frames.station(2), GROUP, 60, 1);
        byte[] fromNobody = Frames.untagged(Frames.station(2), 0, 60, 1);
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            Traced traced = Traced.of(
                    hand,
                    TraceSettings.NEXT,
                    () -> hand.sendAndSettle("a", runt, halfTag, fromGroup, fromNobody, A_TO_B));
            assertEquals(
                    List.of(
                            "a: : dropped runt",
                            "a: : dropped malformed_vlan",
                            "a: invalid: dropped invalid_source",
                            "a: invalid: dropped invalid_source",
                            "a: learned, unknown_unicast: dropped no_destination"),
                    traced.texts());
            assertEquals(
                    List.of(
                            "it is shorter than an Ethernet header of 14 bytes",
                            "it says that it has a tag, and is too short for one",
                            "its source is a group address or zero, which no station has",
                            "its source is a group address or zero, which no station has",
                            "there is no other port"),
                    traced.frames().stream().map(TracedFrame::why).toList());
        }
    }

    @Test
    void tellsOfTags() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("t").withVlan(VlanMode.parse("trunk:10,20")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("u").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("t", Frames.push(B_TO_A, 10));
                hand.sendAndSettle("t", Frames.push(B_TO_A, 30));
                hand.sendAndSettle("t", Frames.push(Frames.push(B_TO_A, 5), 10));
            });
            assertEquals(
                    List.of(
                            "a: learned, unknown_unicast, t enqueued tag 10 added, u enqueued: flooded",
                            "t: learned, hit a, a enqueued tag removed: forwarded",
                            "t: : dropped vlan_denied",
                            "t: known, hit a, a dropped vlan_denied: dropped vlan_denied"),
                    traced.texts().stream()
                            .map(text -> text.replace(
                                    "u enqueued, t enqueued tag 10 added", "t enqueued tag 10 added, u enqueued"))
                            .toList());
            assertEquals(10, traced.frames().getFirst().vlan());
            assertEquals(
                    "nobody in VLAN 10 is known to have 02:00:00:00:00:02",
                    traced.frames().getFirst().why());
            assertEquals("port t does not take its VLAN", traced.frames().get(2).why());
            assertEquals(
                    "port a does not send VLAN 10 so", traced.frames().get(3).why());
        }
    }

    @Test
    void tellsOfPortsThatDoNotTakeAFrame() throws Exception {
        int room = MemoryPortConfig.DEFAULT.ringFrames();
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            hand.port(PortOptions.named("s"), MemoryPortConfig.DEFAULT.withMtuBytes(100));
            hand.port(PortOptions.named("b"), MemoryPortConfig.DEFAULT);
            hand.sendAndSettle("b", B_TO_A);
            for (int i = 0; i < room; i++) {
                hand.sendAndSettle("a", A_TO_B);
            }
            byte[] big = Frames.untagged(Frames.station(7), Frames.station(1), 200, 1);
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("a", big);
            });
            assertEquals(
                    List.of(
                            "a: known, hit b, b dropped queue_full: dropped queue_full",
                            "a: known, unknown_unicast, b dropped queue_full, s dropped oversize: dropped queue_full"),
                    traced.texts().stream()
                            .map(text -> text.replace(
                                    "s dropped oversize, b dropped queue_full: dropped oversize",
                                    "b dropped queue_full, s dropped oversize: dropped queue_full"))
                            .toList());
            assertEquals(
                    "the receiver behind port b does not keep up",
                    traced.frames().getFirst().why());
            hand.received("b");
        }
    }

    @Test
    void tellsOfEmulatedLinks() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("b", B_TO_A);
            hand.sw().links().set("b", LinkSettings.parse("delay:20ms"));
            Traced delayed = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(
                    "delayed, arrives in 20000 us",
                    delayed.only().egress().getFirst().link());
            hand.advanceMillis(30);
            hand.sw().links().set("b", LinkSettings.parse("duplicate:100%,corrupt:100%"));
            Traced twice = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(
                    "passed at once, doubled, damaged",
                    twice.only().egress().getFirst().link());
            hand.sw().links().set("b", LinkSettings.parse("down"));
            Traced down = Traced.of(hand, TraceSettings.NEXT, () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("b", B_TO_A);
            });
            assertEquals(
                    List.of("a: known, hit b, b dropped link_down: dropped link_down", "b: : dropped link_down"),
                    down.texts());
            assertEquals(-1, down.frames().getLast().queue(), "the port dropped it");
            assertEquals(100, down.frames().getLast().lengthBytes());
            assertEquals("the emulated link is down", down.frames().getLast().why());
            hand.sw().links().clear("b");
        }
    }

    @Test
    void tellsOfStorms() throws Exception {
        StormLimits limits = StormLimits.parse("broadcast:1");
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("b")) {
            hand.port(PortOptions.named("a").withStorm(limits), MemoryPortConfig.DEFAULT);
            Traced traced = Traced.of(hand, TraceSettings.NEXT.withDropsOnly(true), () -> {
                for (int i = 0; i < 20; i++) {
                    hand.sendAndSettle("a", BROADCAST);
                }
            });
            assertFalse(traced.frames().isEmpty());
            assertEquals(
                    "a: known, broadcast: dropped storm_limit", traced.texts().getLast());
            assertEquals(
                    "port a brings in more that floods than it may",
                    traced.frames().getLast().why());
            assertEquals(20, traced.counters().matched());
            assertEquals(20, traced.counters().passed() + traced.counters().traced());
        }
    }

    /** A cable between two ports of one switch: its probes come back, and one of the ports is blocked. */
    @Test
    void tellsOfLoops() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withLoopGuard(true)).ports("a", "b", "c")) {
            Traced traced = Traced.of(hand, TraceSettings.NEXT.withFrames(10_000), () -> {
                hand.sendAndSettle("c", BROADCAST);
                for (int step = 0; step < 60; step++) {
                    hand.advanceMillis(50);
                    List<byte[]> fromA = hand.received("a");
                    hand.received("b").stream().limit(8).forEach(frame -> hand.send("a", frame));
                    fromA.stream().limit(8).forEach(frame -> hand.send("b", frame));
                    hand.settle();
                    hand.received("c");
                }
            });
            assertTrue(
                    traced.frames().stream()
                            .anyMatch(frame -> frame.reason() == DropReason.LOOP_PROBE
                                    && frame.why().equals("it is a probe of this switch, which came back")),
                    () -> traced.texts().toString());
            TracedFrame blocked = traced.frames().stream()
                    .filter(frame -> frame.reason() == DropReason.LOOP_BLOCKED)
                    .findFirst()
                    .orElseThrow();
            assertEquals("port " + blocked.port() + " is blocked, since it is part of a loop", blocked.why());
            hand.received("a");
            hand.received("b");
        }
    }

    @Test
    void aFrameThatIsCutForItsProgramIsOneFrame() throws Exception {
        PoolConfig pool = new PoolConfig(2048, 64, 2048);
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withPool(pool).withLoopGuard(false)).ports("b")) {
            OffloadPort from = new OffloadPort(Offload.ALL, 1500);
            hand.sw().attach(from, PortOptions.named("from"));
            hand.sw().program((batch, first, to, decision) -> decision.isOpen(first));
            SuperFrame whole = SuperFrame.random(
                            Seeds.random(1), SuperFrame.Kind.TCP4, new SuperFrame.Variety(0, 100, 1_300, true))
                    .between(Frames.station(9), Frames.station(1));
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> {
                from.send(whole);
                hand.settle();
            });
            TracedFrame frame = traced.only();
            int packets = hand.received("b").size();
            assertTrue(packets > 1, () -> packets + " packets");
            assertEquals(packets, frame.segments());
            assertEquals(packets, frame.egress().getFirst().frames());
            assertEquals(whole.frame().length, frame.lengthBytes());
            assertEquals(TracedFrame.Verdict.FLOODED, frame.verdict());
        }
    }

    @Test
    void tellsWhatAProgramInJavaSaid() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sw().program((batch, from, to, decision) -> decision.drop(from, DropReason.PROGRAM_DROP));
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(DropReason.PROGRAM_DROP, traced.only().reason());
            assertEquals("program_drop", traced.only().programs().getFirst().action());
            assertEquals("switch", traced.only().programs().getFirst().place());
        }
    }

    // ---- which frames --------------------------------------------------------------------------------

    @Test
    void framesKeepTheirOrderAndTheLawHolds() throws Exception {
        // Frames of 100 bytes or more only, which stand between others of their batch.
        CaptureFilters.classic("4,128 0 0 0,53 0 1 100,6 0 0 40,6 0 0 0");
        TraceSettings some =
                TraceSettings.NEXT.withFilter(CaptureFilters.classic("4,128 0 0 0,53 0 1 100,6 0 0 40,6 0 0 0"));
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            hand.sendAndSettle("b", B_TO_A);
            hand.received("a");
            hand.received("c");
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                sent.add(Frames.untagged(Frames.station(2), Frames.station(1), i % 7 == 3 ? 120 : 60, i));
            }
            Traced traced =
                    Traced.of(hand, some.withFrames(5), () -> hand.sendAndSettle("a", sent.toArray(byte[][]::new)));
            hand.assertReceived("b", sent.toArray(byte[][]::new));
            assertEquals(5, traced.frames().size());
            assertTrue(traced.frames().stream().allMatch(frame -> frame.lengthBytes() == 120));
            hand.assertLaw();
        }
    }

    @Test
    void endsByItselfAndCountsWhatItDidNotTake() throws Exception {
        Traced traced = new Traced();
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Trace trace = hand.sw().trace(TraceSettings.NEXT.withFrames(3), traced);
            hand.sendAndSettle("a", A_TO_B, A_TO_B, A_TO_B, A_TO_B, A_TO_B);
            Law.eventually("all frames are there", trace::isOver);
            hand.sendAndSettle("a", A_TO_B);
            assertEquals(3, traced.frames().size());
            assertEquals(new TraceCounters(5, 5, 3, 0, 2, 0), trace.counters());
            trace.close();
            trace.close();
            hand.received("b");
        }
    }

    @Test
    void takesNoMoreASecondThanItMay() throws Exception {
        int frames = 2 * TraceSettings.MAX_WAITING;
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Traced traced = Traced.of(hand, TraceSettings.NEXT.withFrames(frames), () -> {
                for (int i = 0; i < frames; i++) {
                    hand.sendAndSettle("a", A_TO_B);
                    hand.received("b");
                }
            });
            TraceCounters counters = traced.counters();
            assertEquals(frames, counters.matched());
            assertTrue(
                    traced.frames().size() <= TraceSettings.MAX_WAITING,
                    () -> traced.frames().size() + " frames while the clock stood still");
            assertEquals(frames, counters.traced() + counters.skipped() + counters.lost());
            Traced later = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(1, later.frames().size(), "each trace has its own measure");
        }
    }

    @Test
    void aSlowReaderLosesFramesAndMemoryStaysBounded() throws Exception {
        Object gate = new Object();
        Traced traced = new Traced();
        int frames = 3 * TraceSettings.MAX_WAITING;
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Trace trace;
            synchronized (gate) { // the consumer waits at its first frame
                trace = hand.sw().trace(TraceSettings.NEXT.withFrames(10_000), new TraceConsumer() {
                    @Override
                    public void frame(int number, TracedFrame frame) {
                        synchronized (gate) {
                            traced.frame(number, frame);
                        }
                    }
                });
                for (int i = 0; i < frames; i++) {
                    hand.sendAndSettle("a", A_TO_B);
                    hand.received("b");
                    hand.advanceMillis(1);
                }
            }
            trace.close();
            TraceCounters counters = trace.counters();
            assertEquals(frames, counters.matched());
            assertEquals(counters.matched(), counters.traced() + counters.lost() + counters.skipped());
            assertTrue(counters.lost() > TraceSettings.MAX_WAITING, counters::toString);
            assertEquals(counters.traced(), traced.frames().size());
            assertTrue(counters.traced() <= TraceSettings.MAX_WAITING + 2, counters::toString);
        }
    }

    @Test
    void severalTracesAtOnceEachHaveTheirFrames() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Traced ofA = new Traced();
            Traced ofAll = new Traced();
            try (Trace _ = hand.sw().trace(TraceSettings.NEXT.withPort("a"), ofA);
                    Trace _ = hand.sw().trace(TraceSettings.NEXT, ofAll)) {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("b", B_TO_A);
            }
            assertEquals(1, ofA.frames().size());
            assertEquals(2, ofAll.frames().size());
            List<Trace> running = new ArrayList<>();
            for (int i = 0; i < TraceSettings.MAX_RUNNING; i++) {
                running.add(hand.sw().trace(TraceSettings.NEXT, new Traced()));
            }
            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, () -> hand.sw().trace(TraceSettings.NEXT, new Traced()));
            assertEquals("switch hand has 8 traces, which is the limit", refused.getMessage());
            running.forEach(Trace::close);
            hand.sw().trace(TraceSettings.NEXT, new Traced()).close();
        }
    }

    @Test
    void goesOnWhenThePortComesAgainAndEndsWithTheSwitch() throws Exception {
        Traced traced = new Traced();
        Trace trace;
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("b")) {
            trace = hand.sw().trace(TraceSettings.NEXT.withPort("a"), traced);
            hand.ports("a");
            hand.sendAndSettle("a", A_TO_B);
            hand.detach("a");
            hand.ports("c", "a");
            hand.sendAndSettle("c", A_TO_B);
            hand.sendAndSettle("a", A_TO_B);
        }
        assertEquals(
                List.of("a", "a"),
                traced.frames().stream().map(TracedFrame::port).toList());
        assertTrue(trace.isOver());
        trace.close();
    }

    @Test
    void aConsumerThatFailsEndsTheTraceOnly() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Trace trace = hand.sw().trace(TraceSettings.NEXT, (number, frame) -> {
                throw new IOException("the pipe is broken");
            });
            hand.sendAndSettle("a", A_TO_B);
            Law.eventually("it is over", trace::isOver);
            hand.sendAndSettle("a", A_TO_B);
            hand.assertReceived("b", A_TO_B, A_TO_B);
            assertEquals("the pipe is broken", trace.failure().orElseThrow().getMessage());
            trace.close();
        }
    }

    @Test
    void aWorkerThatFailsGivesTheFrameUp() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sw().program((batch, from, to, decision) -> {
                throw new IllegalStateException("on purpose");
            });
            Traced traced = Traced.of(hand, TraceSettings.NEXT, () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(DropReason.PROGRAM_ABORTED, traced.only().reason());
        }
    }

    @Test
    void refusesFiltersThatAreNone() {
        assertThrows(FilterException.class, () -> CaptureFilters.classic("tcp"));
        assertThrows(IllegalArgumentException.class, () -> TraceSettings.NEXT.withFrames(0));
        assertThrows(IllegalArgumentException.class, () -> TraceSettings.NEXT.withFrames(10_001));
    }
}
