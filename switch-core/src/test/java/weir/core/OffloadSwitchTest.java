// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.Offload;
import weir.core.frame.PoolConfig;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.Decision;
import weir.core.program.ForwardingProgram;
import weir.core.program.OffloadView;
import weir.core.program.ProgramOptions;
import weir.core.program.ProgramPlace;
import weir.core.program.Steered;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.OffloadPort;
import weir.core.testing.PacketCheck;
import weir.core.testing.Seeds;
import weir.core.testing.SuperFrame;
import weir.testing.RunSize;

/** Frames whose senders left checksums and segments to the switch, or to whoever is behind it. */
class OffloadSwitchTest {
    private static final int MTU = 1_500;
    private static final SuperFrame.Variety PLAIN = new SuperFrame.Variety(0, 100, 1_300, true);
    private static final SuperFrame.Variety SHORT = new SuperFrame.Variety(0, 1, 20, true);
    private static final PoolConfig POOL = new PoolConfig(4_096, 64, 4_096);

    private static SuperFrame random(long seed, SuperFrame.Kind kind, SuperFrame.Variety variety) {
        return SuperFrame.random(Seeds.random(seed), kind, variety).between(Frames.station(9), Frames.station(1));
    }

    private static OffloadPort attach(HandDrivenSwitch hand, PortOptions options, int offloads, int mtuBytes) {
        OffloadPort port = new OffloadPort(offloads, mtuBytes);
        try {
            hand.sw().attach(port, options);
        } catch (PortException e) {
            throw new AssertionError(e);
        }
        return port;
    }

    private static OffloadPort attach(HandDrivenSwitch hand, String name, int offloads) {
        return attach(hand, PortOptions.named(name), offloads, MTU);
    }

    private static HandDrivenSwitch withWorkers(int workers) {
        return new HandDrivenSwitch(config -> config.withWorkers(workers).withPool(POOL));
    }

    private static PortCounters counters(HandDrivenSwitch hand, String port) {
        return hand.sw().counters().get(port);
    }

    @ParameterizedTest
    @EnumSource
    void passesWholeBetweenPortsThatTakeIt(SuperFrame.Kind kind) {
        for (int workers = 1; workers <= 2; workers++) {
            try (HandDrivenSwitch hand = withWorkers(workers)) {
                OffloadPort from = attach(hand, "from", Offload.ALL);
                OffloadPort to = attach(hand, "to", Offload.ALL);
                for (long seed : Seeds.of(20)) {
                    SuperFrame whole = random(seed, kind, SuperFrame.Variety.ALL);
                    from.send(whole);
                    hand.settle();

                    List<OffloadPort.Sent> sent = to.takeSent();
                    assertEquals(1, sent.size(), "frames of " + whole);
                    assertArrayEquals(whole.frame(), sent.getFirst().frame(), "frame " + whole);
                    assertArrayEquals(whole.header(), sent.getFirst().header(), "header of " + whole);
                }
                assertEquals(0, counters(hand, "to").segments());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isCutForPortsThatTakeNothing(SuperFrame.Kind kind) {
        for (int workers = 1; workers <= 2; workers++) {
            try (HandDrivenSwitch hand = withWorkers(workers).ports("memory")) {
                OffloadPort from = attach(hand, "from", Offload.ALL);
                OffloadPort plain = attach(hand, "plain", Offload.NONE);
                long segments = 0;
                long[] seeds = Seeds.of(20);
                for (long seed : seeds) {
                    SuperFrame whole = random(seed, kind, SuperFrame.Variety.ALL);
                    from.send(whole);
                    hand.settle();

                    PacketCheck.assertSegments(whole, hand.received("memory"));
                    PacketCheck.assertSegments(whole, plainFrames(plain));
                    segments += whole.segments();
                }
                for (String port : List.of("memory", "plain")) {
                    assertEquals(segments, counters(hand, port).segments(), "segments for " + port);
                    assertEquals(seeds.length, counters(hand, port).segmented(), "cut for " + port);
                    assertEquals(segments, counters(hand, port).transmitted(), "transmitted by " + port);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isCompletedWhenAllFramesOfABatchGoToOneRing(SuperFrame.Kind kind) {
        try (HandDrivenSwitch hand = withWorkers(1).ports("memory")) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            hand.sendAndSettle("memory", Frames.untagged(Frames.station(2), Frames.station(9), 60, 0));
            for (long seed : Seeds.of(20)) {
                SuperFrame whole = uncut(random(seed, kind, SHORT));
                from.send(whole);
                hand.settle();
                List<byte[]> received = hand.received("memory");
                assertEquals(1, received.size(), "frames of " + whole);
                PacketCheck.assertTransportChecksum(whole, received.getFirst(), whole.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"from", "to"})
    void goThroughEmulatedLinks(String side) {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort plain = attach(hand, "to", Offload.NONE);
            assertTrue(hand.sw().links().set(side, LinkSettings.parse("delay:20ms")));
            SuperFrame whole = random(1, SuperFrame.Kind.TCP4, SuperFrame.Variety.ALL);
            from.send(whole);
            hand.settle();
            assertEquals(List.of(), plain.takeSent());

            hand.advanceMillis(20);
            PacketCheck.assertSegments(whole, plainFrames(plain));
        }
    }

    /** A checksum that is finished over the flipped bit would hide it from whoever receives the frame. */
    @ParameterizedTest
    @ValueSource(strings = {"from", "to"})
    void areFinishedBeforeEmulatedLinksDamageThem(String side) {
        for (SuperFrame.Kind kind : SuperFrame.Kind.values()) {
            SuperFrame whole = random(1, kind, PLAIN);
            List<byte[]> sound = throughLink(whole, side, "delay:1ms", Offload.NONE);
            List<byte[]> damaged = throughLink(whole, side, "delay:1ms,corrupt:100%,seed:5", Offload.ALL);
            assertEquals(sound.size(), damaged.size(), "packets of " + whole);
            assertEquals(1, flippedBits(sound.getFirst(), damaged.getFirst()), "first packet of " + whole);
            for (int i = 1; i < sound.size(); i++) {
                assertArrayEquals(sound.get(i), damaged.get(i), "packet " + i + " of " + whole);
            }
        }
    }

    private static List<byte[]> throughLink(SuperFrame whole, String side, String settings, int offloads) {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort to = attach(hand, "to", offloads);
            assertTrue(hand.sw().links().set(side, LinkSettings.parse(settings)));
            from.send(whole);
            hand.settle();
            hand.advanceMillis(1);
            return plainFrames(to);
        }
    }

    private static int flippedBits(byte[] a, byte[] b) {
        assertEquals(a.length, b.length);
        int flipped = 0;
        for (int i = 0; i < a.length; i++) {
            flipped += Integer.bitCount((a[i] ^ b[i]) & 0xff);
        }
        return flipped;
    }

    private static List<byte[]> plainFrames(OffloadPort port) {
        List<byte[]> frames = new ArrayList<>();
        for (OffloadPort.Sent each : port.takeSent()) {
            assertFalse(each.isOffloaded(), "nothing is left to the receiver");
            frames.add(each.frame());
        }
        return frames;
    }

    static Stream<Arguments> portsThatLackOneFeature() {
        return Stream.of(
                Arguments.of(SuperFrame.Kind.TCP4, Offload.TCP4),
                Arguments.of(SuperFrame.Kind.TCP6, Offload.TCP6),
                Arguments.of(SuperFrame.Kind.UDP4, Offload.UDP4),
                Arguments.of(SuperFrame.Kind.UDP6, Offload.UDP6),
                Arguments.of(SuperFrame.Kind.TCP4, Offload.CHECKSUM));
    }

    @ParameterizedTest
    @MethodSource("portsThatLackOneFeature")
    void isCutForPortsThatLackWhatItNeeds(SuperFrame.Kind kind, int lacking) {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort to = attach(hand, "to", Offload.ALL & ~lacking);
            SuperFrame whole = random(1, kind, PLAIN);
            from.send(whole);
            hand.settle();
            PacketCheck.assertSegments(whole, plainFrames(to));
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesTheChecksumOfFramesThatAreNotCut(SuperFrame.Kind kind) {
        try (HandDrivenSwitch hand = withWorkers(2).ports("memory")) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort to = attach(hand, "to", Offload.ALL);
            for (long seed : Seeds.of(20)) {
                SuperFrame whole = uncut(random(seed, kind, SHORT));
                from.send(whole);
                hand.settle();
                List<byte[]> received = hand.received("memory");
                assertEquals(1, received.size(), "frames of " + whole);
                PacketCheck.assertTransportChecksum(whole, received.getFirst(), whole.toString());
                assertArrayEquals(whole.header(), to.takeSent().getFirst().header(), "left to who takes it");
            }
            assertEquals(0, counters(hand, "memory").segments());
        }
    }

    /** The same frame with a header that says nothing of segments. */
    private static SuperFrame uncut(SuperFrame whole) {
        byte[] header = whole.header().clone();
        Arrays.fill(header, 1, 6, (byte) 0);
        return new SuperFrame(whole.kind(), header, whole.frame(), whole.tags(), whole.headerBytes());
    }

    @Test
    void countsAgainstTheMtuBySegment() {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort takesAll = attach(hand, PortOptions.named("all"), Offload.ALL, 600);
            OffloadPort takesNone = attach(hand, PortOptions.named("none"), Offload.NONE, 600);
            SuperFrame fits = random(1, SuperFrame.Kind.TCP4, new SuperFrame.Variety(0, 400, 400, false));
            SuperFrame exceeds = random(1, SuperFrame.Kind.TCP4, new SuperFrame.Variety(0, 600, 600, false));
            from.send(fits);
            from.send(exceeds);
            hand.settle();

            assertEquals(1, takesAll.takeSent().size());
            PacketCheck.assertSegments(fits, plainFrames(takesNone));
            for (String port : List.of("all", "none")) {
                assertEquals(
                        Map.of(DropReason.OVERSIZE, 1L), counters(hand, port).egressDrops());
            }
        }
    }

    @Test
    void offloadsGoWithFramesWhoseTagsChange() {
        VlanMode access = new VlanMode.Access(7);
        try (HandDrivenSwitch hand = withWorkers(2)) {
            OffloadPort from = attach(hand, PortOptions.named("from").withVlan(access), Offload.ALL, MTU);
            OffloadPort whole =
                    attach(hand, PortOptions.named("whole").withVlan(VlanMode.parse("trunk:7")), Offload.ALL, MTU);
            OffloadPort cut =
                    attach(hand, PortOptions.named("cut").withVlan(VlanMode.parse("trunk:7")), Offload.NONE, MTU);
            hand.port(PortOptions.named("memory").withVlan(access), MemoryPortConfig.DEFAULT);
            for (SuperFrame.Kind kind : SuperFrame.Kind.values()) {
                SuperFrame sent = random(3, kind, PLAIN);
                from.send(sent);
                hand.settle();

                SuperFrame tagged = tagged(sent, 7);
                assertArrayEquals(tagged.frame(), whole.takeSent().getFirst().frame(), kind + " whole");
                PacketCheck.assertSegments(tagged, plainFrames(cut));
                PacketCheck.assertSegments(sent, hand.received("memory"));
            }
        }
    }

    private static SuperFrame tagged(SuperFrame whole, int vlan) {
        byte[] header = whole.header().clone();
        header[6] = (byte) (header[6] + 4);
        return new SuperFrame(
                whole.kind(), header, Frames.push(whole.frame(), vlan), whole.tags() + 1, whole.headerBytes() + 4);
    }

    // ---- programs -------------------------------------------------------------------------------

    private static final class Lengths implements ForwardingProgram {
        private final boolean takesOffloads;
        private final List<Integer> seen = new ArrayList<>();

        Lengths(boolean takesOffloads) {
            this.takesOffloads = takesOffloads;
        }

        @Override
        public void decide(FrameBatch batch, int from, int to, Decision decision) {
            for (int i = from; i < to; i++) {
                seen.add(Frame.length(batch.frames()[i]));
                assertTrue(takesOffloads || !Frame.hasOffload(batch.frames()[i]), "complete");
            }
        }

        @Override
        public boolean takesOffloads() {
            return takesOffloads;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void programsSeeFramesWholeOrInPackets(boolean takesOffloads) {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort to = attach(hand, "to", Offload.ALL);
            Lengths program = new Lengths(takesOffloads);
            hand.sw().program(program);
            SuperFrame first = random(1, SuperFrame.Kind.TCP4, SuperFrame.Variety.ALL);
            SuperFrame second = random(2, SuperFrame.Kind.UDP6, SuperFrame.Variety.ALL);
            from.send(first);
            from.send(second);
            hand.settle();

            if (takesOffloads) {
                assertEquals(List.of(first.frame().length, second.frame().length), program.seen);
                assertEquals(2, to.takeSent().size());
            } else {
                List<byte[]> packets = plainFrames(to);
                assertEquals(packets.stream().map(packet -> packet.length).toList(), program.seen);
                PacketCheck.assertSegments(first, packets.subList(0, first.segments()));
                PacketCheck.assertSegments(second, packets.subList(first.segments(), packets.size()));
                assertEquals(
                        first.segments() + second.segments(),
                        counters(hand, "from").segments());
            }
        }
    }

    static Stream<Arguments> programsAndWhatTheySee() {
        ProgramOptions options = Steered.options();
        return Stream.of(
                Arguments.of("counters", options, true),
                Arguments.of("tcp_mss", options, false),
                Arguments.of("counters", options.withOffloads(OffloadView.FINISHED), false),
                Arguments.of("tcp_mss", options.withOffloads(OffloadView.AS_THEY_CAME), true));
    }

    @ParameterizedTest
    @MethodSource("programsAndWhatTheySee")
    void programsThatWriteGetPacketsUnlessTheySayThatTheyKnow(String example, ProgramOptions options, boolean whole)
            throws Exception {
        try (HandDrivenSwitch hand = withWorkers(1)) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            OffloadPort to = attach(hand, "to", Offload.ALL);
            hand.sw().programs().load(ProgramPlace.onSwitch(), Steered.example(example), options, program -> {});
            SuperFrame sent = random(4, SuperFrame.Kind.UDP4, PLAIN);
            from.send(sent);
            hand.settle();

            if (whole) {
                assertArrayEquals(sent.frame(), to.takeSent().getFirst().frame());
            } else {
                PacketCheck.assertSegments(sent, plainFrames(to));
            }
        }
    }

    // ---- trouble --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutSlotsForAllPacketsTheRestIsDroppedByName(boolean programNeedsPackets) {
        try (HandDrivenSwitch hand =
                new HandDrivenSwitch(config -> config.withPool(new PoolConfig(64, 4, 16))).ports("memory")) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            if (programNeedsPackets) {
                hand.sw().program(new Lengths(false));
            }
            SuperFrame whole = random(1, SuperFrame.Kind.TCP4, new SuperFrame.Variety(0, 1_000, 1_000, false));
            assertTrue(whole.segments() > 16, "more packets than the port may have slots");
            from.send(whole);
            hand.settle();

            List<byte[]> received = hand.received("memory");
            assertTrue(received.size() < whole.segments(), received.size() + " packets");
            PortCounters counted = counters(hand, programNeedsPackets ? "from" : "memory");
            assertEquals(whole.segments() - received.size(), counted.drops().get(DropReason.NO_BUFFER));
        }
    }

    @Test
    void usersOfMemoryPortsCannotMarkFrames() {
        try (HandDrivenSwitch hand = withWorkers(1).ports("memory")) {
            MemoryEndpoint memory = hand.endpoint("memory");
            long[] frames = hand.allocate("memory", 1);
            long[] forged = {hand.sw().pool().withOffload(Frame.withLength(frames[0], 60), 1)};
            assertThrows(IllegalArgumentException.class, () -> memory.send(forged, 0, 1));
            memory.release(frames, 0, 1);
        }
    }

    /** Any change of header or frame: the switch lives, every frame is accounted for, every slot comes back. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void headersThatAreWrongDoNoHarm(int workers) {
        int perSwitch = 500;
        long bad = 0;
        for (long seed : Seeds.of(RunSize.of(10, 500))) {
            RandomGenerator random = Seeds.random(seed);
            try (HandDrivenSwitch hand = withWorkers(workers).ports("memory")) {
                OffloadPort from = attach(hand, "from", Offload.ALL);
                OffloadPort whole = attach(hand, PortOptions.named("whole"), Offload.ALL, 65_521);
                OffloadPort cut = attach(hand, PortOptions.named("cut"), Offload.NONE, 65_521);
                if (random.nextBoolean()) {
                    hand.sw().program(new Lengths(random.nextBoolean()));
                }
                for (int i = 0; i < perSwitch; i++) {
                    from.send(mutated(random));
                    if (random.nextInt(3) == 0) {
                        hand.settle();
                        whole.takeSent();
                        cut.takeSent();
                        hand.received("memory");
                    }
                }
                hand.settle();
                hand.received("memory");
                hand.assertLaw();
                bad += counters(hand, "from").ingressDrops().getOrDefault(DropReason.BAD_OFFLOAD, 0L);
            }
        }
        assertTrue(bad > 0, "some headers were refused");
    }

    private static SuperFrame mutated(RandomGenerator random) {
        SuperFrame.Kind[] kinds = SuperFrame.Kind.values();
        SuperFrame.Kind kind = kinds[random.nextInt(kinds.length)];
        SuperFrame good = SuperFrame.random(random, kind, new SuperFrame.Variety(2, 1, 1_300, true));
        byte[] header = good.header().clone();
        byte[] frame = random.nextInt(4) == 0
                ? Arrays.copyOf(good.frame(), random.nextInt(good.frame().length) + 1)
                : good.frame().clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            if (random.nextBoolean()) {
                header[random.nextInt(header.length)] = (byte) random.nextInt();
            } else {
                frame[random.nextInt(Math.min(frame.length, good.headerBytes()))] = (byte) random.nextInt();
            }
        }
        return new SuperFrame(kind, header, frame, good.tags(), good.headerBytes());
    }

    static Stream<Arguments> wrongHeaders() {
        // flags, type, header length, size, start and offset of the checksum; what they are told of a TCPv4 frame
        return Stream.of(
                Arguments.of("no checksum asked for, but segments", 0, 1, 54, 500, 34, 16),
                Arguments.of("segments of no size", 1, 1, 54, 0, 34, 16),
                Arguments.of("unknown type", 1, 2, 54, 500, 34, 16),
                Arguments.of("fragments of UDP", 1, 3, 54, 500, 34, 16),
                Arguments.of("ECN without TCP", 1, 0x85, 54, 500, 34, 16),
                Arguments.of("ECN alone", 1, 0x80, 54, 500, 34, 16),
                Arguments.of("TCP over IPv6 that is over IPv4", 1, 4, 54, 500, 34, 16),
                Arguments.of("UDP that is TCP", 1, 5, 54, 500, 34, 6),
                Arguments.of("headers longer than the frame", 1, 1, 60_000, 500, 34, 16),
                Arguments.of("checksum from within Ethernet's header", 1, 0, 54, 0, 13, 16),
                Arguments.of("checksum behind the frame", 1, 0, 54, 0, 2_990, 9),
                Arguments.of("checksum from behind the frame", 1, 0, 54, 0, 65_535, 16),
                Arguments.of("offset that goes round", 1, 0, 54, 0, 34, 65_535),
                Arguments.of("TCP begins elsewhere", 1, 1, 54, 500, 38, 16),
                Arguments.of("TCP's checksum is elsewhere", 1, 1, 54, 500, 34, 14),
                Arguments.of("too many segments", 1, 1, 54, 1, 34, 16));
    }

    @ParameterizedTest
    @MethodSource("wrongHeaders")
    void wrongHeadersAreDroppedByName(String what, int flags, int type, int headers, int size, int start, int offset) {
        try (HandDrivenSwitch hand = withWorkers(1).ports("memory")) {
            OffloadPort from = attach(hand, "from", Offload.ALL);
            byte[] header = new byte[SuperFrame.HEADER_BYTES];
            header[0] = (byte) flags;
            header[1] = (byte) type;
            int[] shorts = {headers, size, start, offset};
            for (int i = 0; i < shorts.length; i++) {
                header[2 + 2 * i] = (byte) shorts[i];
                header[3 + 2 * i] = (byte) (shorts[i] >>> 8);
            }
            from.send(new SuperFrame(SuperFrame.Kind.TCP4, header, tcp4(3_000), 0, 54));
            hand.settle();

            assertEquals(
                    Map.of(DropReason.BAD_OFFLOAD, 1L), counters(hand, "from").ingressDrops(), what);
            assertEquals(List.of(), hand.received("memory"));
        }
    }

    /** TCP over IPv4, both without options. */
    private static byte[] tcp4(int lengthBytes) {
        byte[] frame = Frames.untagged(Frames.station(9), Frames.station(1), lengthBytes, 0);
        Frames.writeShort(frame, 12, 0x0800);
        frame[14] = 0x45;
        frame[20] = 0;
        frame[21] = 0;
        frame[23] = 6;
        frame[46] = 0x50;
        return frame;
    }
}
