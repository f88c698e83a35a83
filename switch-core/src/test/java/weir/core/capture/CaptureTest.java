// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.link.LinkSettings;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.CaptureFilters;
import weir.core.program.ForwardingProgram;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;
import weir.ebpf.ObjectFile;
import weir.ebpf.btf.Btf;
import weir.ebpf.isa.Assembler;
import weir.ebpf.map.Bytes;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.testing.TestObjects;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CaptureTest {
    private static final byte[] A_TO_B = Frames.untagged(Frames.station(2), Frames.station(1), 60, 1);
    private static final byte[] B_TO_A = Frames.untagged(Frames.station(1), Frames.station(2), 100, 2);
    private static final byte[] RUNT = new byte[10];

    private static Captured of(HandDrivenSwitch hand, CaptureSettings settings, Runnable traffic) throws Exception {
        Captured captured = new Captured();
        try (Capture _ = hand.sw().capture(settings, captured)) {
            traffic.run();
        }
        return captured;
    }

    private static void conversation(HandDrivenSwitch hand) {
        hand.sendAndSettle("a", A_TO_B);
        hand.sendAndSettle("b", B_TO_A);
        hand.sendAndSettle("a", RUNT);
    }

    @ParameterizedTest
    @CsvSource({
        "'', BOTH, NONE, 1, a IN 60/60; b OUT 60/60; b IN 100/100; a OUT 100/100; a IN 10/10",
        "'', BOTH, ALSO, 1, a IN 60/60; b OUT 60/60; b IN 100/100; a OUT 100/100; a IN 10/10; a IN runt 10/10",
        "'', BOTH, ONLY, 1, a IN runt 10/10",
        "'', OUT, ONLY, 1, ''",
        "a, BOTH, NONE, 1, a IN 60/60; a OUT 100/100; a IN 10/10",
        "a, IN, NONE, 1, a IN 60/60; a IN 10/10",
        "a, OUT, NONE, 1, a OUT 100/100",
        "b, BOTH, ALSO, 1, b OUT 60/60; b IN 100/100",
        "a, BOTH, ALSO, 2, a IN 60/60; a OUT 100/100; a IN 10/10; a IN runt 10/10",
        "nobody, BOTH, ALSO, 1, ''",
    })
    void takesWhatTheSettingsSay(
            String port, CaptureDirection direction, CaptureDrops drops, int workers, String expected)
            throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b")) {
            CaptureSettings settings =
                    CaptureSettings.ALL.withPort(port).withDirection(direction).withDrops(drops);
            Captured captured = of(hand, settings, () -> conversation(hand));
            assertEquals(expected, String.join("; ", captured.texts()));
            long frames = captured.counters.stream()
                    .mapToLong(CaptureCounters::matched)
                    .sum();
            assertEquals(captured.frames.size(), frames);
        }
    }

    @Test
    void isWhatTheCountersCount() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Captured captured = of(hand, CaptureSettings.ALL.withDrops(CaptureDrops.ALSO), () -> {
                for (int i = 0; i < 50; i++) {
                    hand.sendAndSettle("a", A_TO_B, RUNT, Frames.untagged(Frames.BROADCAST, Frames.station(1), 64, i));
                    hand.sendAndSettle("b", B_TO_A, Frames.untagged(Frames.station(2), Frames.station(2), 64, i));
                    hand.portNames().forEach(hand::received);
                }
            });
            hand.sw()
                    .counters()
                    .forEach((name, counters) -> assertEquals(
                            counters.received() + counters.transmitted() + drops(counters),
                            captured.frames.stream()
                                    .filter(frame -> frame.port().equals(name))
                                    .count(),
                            name));
            assertTrue(captured.texts().contains("b IN hairpin 64/64"), captured.texts()::toString);
        }
    }

    private static long drops(PortCounters counters) {
        return counters.drops().values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void cutsFramesToTheSnapLengthAndKeepsTheirBytes() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Captured captured = of(
                    hand, CaptureSettings.ALL.withPort("a").withSnapBytes(20), () -> hand.sendAndSettle("a", A_TO_B));
            assertEquals(List.of("a IN 20/60"), captured.texts());
            assertEquals(
                    Bytes.of(Arrays.copyOf(A_TO_B, 20)),
                    captured.frames.getFirst().bytes());
        }
    }

    @Test
    void showsTagsAsTheyCameAndAsTheyLeave() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("t").withVlan(VlanMode.parse("trunk:10,20")), MemoryPortConfig.DEFAULT);
            Captured captured = of(hand, CaptureSettings.ALL.withDrops(CaptureDrops.ALSO), () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("t", Frames.push(B_TO_A, 30));
            });
            assertEquals(
                    List.of("a IN 60/60", "t OUT 64/64", "t IN 104/104", "t IN vlan_denied 104/104"), captured.texts());
            assertEquals(
                    Bytes.of(Frames.push(A_TO_B, 10)), captured.frames.get(1).bytes());
        }
    }

    @Test
    void aReceiverThatDoesNotReadIsSeenInTheDrops() throws Exception {
        int room = MemoryPortConfig.DEFAULT.ringFrames();
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("b", B_TO_A);
            Captured captured = of(hand, CaptureSettings.ALL.withPort("b").withDrops(CaptureDrops.ALSO), () -> {
                for (int i = 0; i < room + 8; i++) {
                    hand.sendAndSettle("a", A_TO_B);
                }
            });
            long full = captured.frames.stream()
                    .filter(frame -> frame.reason() == DropReason.QUEUE_FULL)
                    .count();
            assertEquals(8, full);
            assertEquals(room + 16, captured.frames.size(), "handed to the queue, and those that it dropped again");
            hand.received("b");
        }
    }

    @Test
    void lossOfAnEmulatedLinkIsSeenInTheDrops() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("b", B_TO_A);
            hand.sw().links().set("b", LinkSettings.parse("down"));
            Captured captured = of(hand, CaptureSettings.ALL.withPort("b").withDrops(CaptureDrops.ONLY), () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.sendAndSettle("b", B_TO_A);
            });
            assertEquals(List.of("b OUT link_down 60/60", "b IN link_down 100/100"), captured.texts());
            hand.sw().links().clear("b");
        }
    }

    @Test
    void whatAProgramDropsIsSeenInTheDrops() throws Exception {
        ForwardingProgram program = (batch, from, to, decision) -> {
            for (int i = from; i < to; i++) {
                decision.drop(i, DropReason.PROGRAM_DROP);
            }
        };
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sw().program(program);
            Captured captured = of(
                    hand,
                    CaptureSettings.ALL.withDrops(CaptureDrops.ONLY),
                    () -> hand.sendAndSettle("a", A_TO_B, A_TO_B));
            assertEquals(List.of("a IN program_drop 60/60", "a IN program_drop 60/60"), captured.texts());
        }
    }

    @Test
    void goesOnWhenThePortComesAgain() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("b")) {
            Captured captured = of(hand, CaptureSettings.ALL.withPort("a").withDirection(CaptureDirection.IN), () -> {
                hand.ports("a");
                hand.sendAndSettle("a", A_TO_B);
                hand.detach("a");
                hand.ports("c", "a");
                hand.sendAndSettle("c", A_TO_B);
                hand.sendAndSettle("a", A_TO_B);
            });
            assertEquals(List.of("a IN 60/60", "a IN 60/60"), captured.texts());
            assertEquals(
                    List.of("a", "a"),
                    captured.counters.stream().map(CaptureCounters::portName).toList());
        }
    }

    @Test
    void endsWithTheSwitch() throws Exception {
        Captured captured = new Captured();
        Capture capture;
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            capture = hand.sw().capture(CaptureSettings.ALL, captured);
            hand.sendAndSettle("a", A_TO_B);
        }
        assertEquals(2, captured.frames.size());
        capture.close();
        assertEquals(2, capture.total().delivered());
    }

    // ---- filters ---------------------------------------------------------------------------------

    @Test
    void aClassicFilterChoosesFramesAndHowMuchOfThem() throws Exception {
        // 40 bytes of frames of 100 bytes or more, nothing of others
        FrameFilter filter = CaptureFilters.classic("4,128 0 0 0,53 0 1 100,6 0 0 40,6 0 0 0");
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(2)).ports("a", "b")) {
            Captured captured = of(hand, CaptureSettings.ALL.withFilter(filter), () -> conversation(hand));
            assertEquals(
                    List.of("a OUT 40/100", "b IN 40/100"),
                    captured.texts().stream().sorted().toList(),
                    "two workers, whose clock stands still");
            assertEquals(
                    List.of("3 1 1", "2 1 1"),
                    captured.counters.stream()
                            .map(port -> port.seen() + " " + port.matched() + " " + port.delivered())
                            .toList());
        }
    }

    @Test
    void anXdpProgramChoosesFrames() throws Exception {
        String text = """
                r2 = *(u32 *)(r1 +0)
                r3 = *(u32 *)(r1 +4)
                r0 = 1
                r2 += 100
                if r2 > r3 goto out
                r4 = *(u32 *)(r1 +12)
                if r4 != 2 goto out
                r0 = 2
                out: exit
                """; // XDP_PASS for frames of 100 bytes and more of port 2, else XDP_DROP
        ProgramSpec program = ProgramSpec.of("long", Assembler.assemble(text));
        ObjectFile object = new ObjectFile(List.of(program), List.of(), "GPL", Btf.EMPTY);
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            CaptureSettings settings = CaptureSettings.ALL.withFilter(CaptureFilters.xdp(object, ""));
            Captured captured = of(hand, settings, () -> conversation(hand));
            assertEquals(List.of("b IN 100/100"), captured.texts());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tcp_mss, writes frames or moves their bounds",
        "no_bounds_check, refused by the verifier",
    })
    void refusesProgramsThatAreNoFilters(String example, String cause) throws Exception {
        FrameFilter filter = CaptureFilters.of(TestObjects.exampleBytes(example), "");
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            FilterException refused = assertThrows(
                    FilterException.class,
                    () -> hand.sw().capture(CaptureSettings.ALL.withFilter(filter), new Captured()));
            assertTrue(refused.getMessage().contains(cause), refused.getMessage());
        }
    }

    @Test
    void refusesFiltersThatAreNone() {
        FilterException text = assertThrows(
                FilterException.class, () -> CaptureFilters.of("tcp".getBytes(StandardCharsets.UTF_8), ""));
        assertTrue(text.getMessage().startsWith("classic BPF: line 1: 'tcp' is no number of"), text.getMessage());
        assertThrows(FilterException.class, () -> CaptureFilters.of(new byte[] {0x7f, 'E', 'L', 'F'}, ""));
    }

    // ---- loss and failure ------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void countsWhatItLoses(int workers) throws Exception {
        int frames = 3000;
        Captured captured = new Captured();
        Object gate = new Object();
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b")) {
            hand.sendAndSettle("b", B_TO_A);
            CaptureSettings settings = CaptureSettings.ALL
                    .withPort("a")
                    .withDirection(CaptureDirection.IN)
                    .withBufferBytes(CaptureSettings.MIN_BUFFER_BYTES);
            Capture capture;
            synchronized (gate) { // the consumer waits at its first frame
                capture = hand.sw().capture(settings, new CaptureConsumer() {
                    @Override
                    public void frame(CapturedFrame frame) {
                        synchronized (gate) {
                            captured.frame(frame);
                        }
                    }
                });
                for (int i = 0; i < frames / 3; i++) {
                    hand.sendAndSettle("a", A_TO_B, A_TO_B, A_TO_B);
                    hand.received("b");
                }
            }
            Law.eventually("the buffer is empty", () -> capture.total().undelivered() == 0);
            hand.sendAndSettle("a", A_TO_B);
            capture.close();
            CaptureCounters total = capture.total();
            assertEquals(frames + 1, total.matched());
            assertEquals(total.matched(), total.captured() + total.lost());
            assertTrue(total.lost() > 0 && total.captured() > 100, total.toString());
            assertEquals(total.delivered(), captured.frames.size());
            assertEquals(total.lost(), captured.lostBefore.get(), "told with the next frame");
        }
    }

    @Test
    void aConsumerThatFailsEndsTheCaptureOnly() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Capture capture = hand.sw().capture(CaptureSettings.ALL, frame -> {
                throw new IOException("the disk is full");
            });
            hand.sendAndSettle("a", A_TO_B);
            Law.eventually("it fails", () -> capture.failure().isPresent());
            Law.eventually("frames are captured no more", () -> {
                long before = capture.total().captured();
                hand.sendAndSettle("a", A_TO_B);
                return capture.total().captured() == before;
            });
            long captured = capture.total().captured();
            assertFalse(hand.received("b").isEmpty());
            hand.sendAndSettle("a", A_TO_B);
            hand.assertReceived("b", A_TO_B);
            assertEquals(captured, capture.total().captured());
            capture.close();
            assertEquals("the disk is full", capture.failure().orElseThrow().getMessage());
        }
    }

    @Test
    void timesAreThoseOfTheWallClock() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            long before = System.currentTimeMillis() * 1_000_000;
            Captured captured = of(hand, CaptureSettings.ALL.withPort("a"), () -> {
                hand.sendAndSettle("a", A_TO_B);
                hand.advanceMillis(1500);
                hand.sendAndSettle("a", A_TO_B);
            });
            assertEquals(1_500_000_000L, captured.times.get(1) - captured.times.get(0));
            assertTrue(captured.times.get(0) >= before - 60_000_000_000L
                    && captured.times.get(0) <= before + 60_000_000_000L);
        }
    }
}
