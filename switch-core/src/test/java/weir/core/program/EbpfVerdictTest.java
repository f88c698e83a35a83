// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.Engine;
import weir.ebpf.xdp.XdpAction;

/** What XDP programs say, and what becomes of frames. Each switch asserts the law when it is closed. */
class EbpfVerdictTest {
    /**
     * @param drop reason, or null when no frame is dropped
     * @param to ports that get the frame, unchanged
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Case(String what, byte[] frame, DropReason drop, List<String> to) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Case goes(String what, byte[] frame, String... to) {
        return new Case(what, frame, null, List.of(to));
    }

    private static Case drops(String what, byte[] frame, DropReason reason) {
        return new Case(what, frame, reason, List.of());
    }

    /** All frames come in by port a (1); there are b (2), c (3), d (4). */
    static List<Case> cases() {
        List<Case> cases = new ArrayList<>(List.of(
                drops("XDP_ABORTED", Steered.frame(Steered.RETURN, XdpAction.ABORTED), DropReason.PROGRAM_ABORTED),
                drops("XDP_DROP", Steered.frame(Steered.RETURN, XdpAction.DROP), DropReason.PROGRAM_DROP),
                goes("XDP_PASS: learning floods", Steered.frame(Steered.RETURN, XdpAction.PASS), "b", "c", "d"),
                goes("XDP_TX", Steered.frame(Steered.RETURN, XdpAction.TX), "a"),
                drops(
                        "XDP_REDIRECT without a helper",
                        Steered.frame(Steered.RETURN, XdpAction.REDIRECT),
                        DropReason.REDIRECT_INVALID),
                goes("bpf_redirect", Steered.frame(Steered.REDIRECT, 3), "c"),
                goes("bpf_redirect to the ingress port", Steered.frame(Steered.REDIRECT, 1), "a"),
                drops("bpf_redirect with flags", Steered.frame(Steered.REDIRECT, 3, 1), DropReason.PROGRAM_ABORTED),
                goes("devmap entry", Steered.frame(Steered.REDIRECT_DEVMAP, 2), "b"),
                goes("devmap hash entry", Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 300), "c"),
                drops(
                        "devmap entry for a port that is not there",
                        Steered.frame(Steered.REDIRECT_DEVMAP, 9),
                        DropReason.REDIRECT_INVALID),
                drops("devmap miss", Steered.frame(Steered.REDIRECT_DEVMAP, 8), DropReason.PROGRAM_ABORTED),
                drops(
                        "devmap miss, default XDP_DROP",
                        Steered.frame(Steered.REDIRECT_DEVMAP, 8, XdpAction.DROP),
                        DropReason.PROGRAM_DROP),
                goes(
                        "devmap miss, default XDP_PASS",
                        Steered.frame(Steered.REDIRECT_DEVMAP, 8, XdpAction.PASS),
                        "b",
                        "c",
                        "d"),
                goes("devmap miss, default XDP_TX", Steered.frame(Steered.REDIRECT_DEVMAP, 8, XdpAction.TX), "a"),
                drops("devmap index too large", Steered.frame(Steered.REDIRECT_DEVMAP, -1), DropReason.PROGRAM_ABORTED),
                goes(
                        "devmap broadcast passes over ports that are not there",
                        Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST),
                        "a",
                        "b"),
                goes(
                        "devmap broadcast without the ingress port",
                        Steered.frame(Steered.REDIRECT_DEVMAP, 0, Steered.BROADCAST | Steered.EXCLUDE_INGRESS),
                        "b"),
                goes(
                        "devmap hash broadcast",
                        Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 0, Steered.BROADCAST),
                        "a",
                        "c",
                        "d"),
                goes(
                        "devmap hash broadcast without the ingress port",
                        Steered.frame(Steered.REDIRECT_DEVMAP_HASH, 7, Steered.BROADCAST | Steered.EXCLUDE_INGRESS),
                        "c",
                        "d"),
                drops("empty cpumap entry", Steered.frame(Steered.REDIRECT_CPUMAP, 1), DropReason.PROGRAM_ABORTED),
                goes("cpumap entry passes", Steered.frame(Steered.REDIRECT_CPUMAP, 0), "b", "c", "d"),
                drops("xskmap", Steered.frame(Steered.REDIRECT_XSKMAP, 0), DropReason.PROGRAM_ABORTED),
                drops(
                        "xskmap, default XDP_DROP",
                        Steered.frame(Steered.REDIRECT_XSKMAP, 0, XdpAction.DROP),
                        DropReason.PROGRAM_DROP),
                drops("budget", Steered.frame(Steered.SPIN, 1_000_000), DropReason.PROGRAM_BUDGET),
                goes("too short for the program", Frames.untagged(Frames.BROADCAST, 1, 20, 0), "b", "c", "d")));
        for (int junk : new int[] {5, 6, 254, -1, -2, 1 << 20, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            cases.add(drops("return " + junk, Steered.frame(Steered.RETURN, junk), DropReason.PROGRAM_INVALID_ACTION));
        }
        for (int absent : new int[] {5, 0, -1, 65_535, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            cases.add(drops(
                    "redirect to port " + absent,
                    Steered.frame(Steered.REDIRECT, absent),
                    DropReason.REDIRECT_INVALID));
        }
        return cases;
    }

    private static Stream<Engine> engines() {
        return Stream.of(Engine.interpreter(), Engine.jit());
    }

    private static Stream<Arguments> casesByWorkersAndEngine() {
        return cases().stream()
                .flatMap(each ->
                        Stream.of(1, 2).flatMap(workers -> engines().map(engine -> arguments(each, workers, engine))));
    }

    static void fillMaps(AttachedProgram program) {
        assertEquals(0, program.setRedirect("devmap", 1, 1, ""));
        assertEquals(0, program.setRedirect("devmap", 2, 2, ""));
        assertEquals(0, program.setRedirect("devmap", 9, 99, ""));
        assertEquals(0, program.setRedirect("devmap_hash", 100, 1, ""));
        assertEquals(0, program.setRedirect("devmap_hash", 300, 3, ""));
        assertEquals(0, program.setRedirect("devmap_hash", -4, 4, ""));
        assertEquals(0, program.setRedirect("cpumap", 0, 192, ""));
    }

    @ParameterizedTest(name = "{0}, {1} workers, {2}")
    @MethodSource("casesByWorkersAndEngine")
    void doesWhatTheProgramSays(Case each, int workers, Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
            Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options().withEngine(engine),
                    EbpfVerdictTest::fillMaps);
            hand.sendAndSettle("a", each.frame, each.frame);
            for (String port : hand.portNames()) {
                byte[][] expected = each.to.contains(port) ? new byte[][] {each.frame, each.frame} : new byte[0][];
                hand.assertReceived(port, expected);
            }
            Map<DropReason, Long> expected = each.drop == null ? Map.of() : Map.of(each.drop, 2L);
            assertEquals(expected, hand.sw().counters().get("a").drops());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBatchOfAllSortsIsDecidedFrameByFrame(Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c", "d")) {
            AttachedProgram program = Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options().withEngine(engine),
                    EbpfVerdictTest::fillMaps);
            List<Case> all = cases();
            hand.sendAndSettle("a", all.stream().map(Case::frame).toArray(byte[][]::new));
            for (String port : hand.portNames()) {
                hand.assertReceived(
                        port,
                        all.stream()
                                .filter(each -> each.to.contains(port))
                                .map(Case::frame)
                                .toArray(byte[][]::new));
            }
            ProgramCounters counters = program.counters();
            assertEquals(all.size(), counters.frames());
            assertEquals(8, counters.invalid());
            assertEquals(1, counters.faults());
            assertTrue(program.lastFaults().getFirst().text().contains("steered.c"), program.lastFaults()::toString);
        }
    }

    @Test
    void aFaultIsForLearningWhereThatIsThePolicy() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options().withOnFault(OnFault.LEARN));
            byte[] faulty = Steered.frame(Steered.SPIN, 1_000_000);
            hand.sendAndSettle("a", faulty, Steered.frame(Steered.RETURN, XdpAction.ABORTED));
            hand.assertReceived("b", faulty);
            assertEquals(1, program.counters().faults());
            assertEquals(2, program.counters().aborted());
            assertEquals(
                    Map.of(DropReason.PROGRAM_ABORTED, 1L),
                    hand.sw().counters().get("a").drops());
        }
    }

    @Test
    void portAndQueueAreWhatTheProgramSees() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            byte[] asks = Steered.frame(Steered.WRITE_CONTEXT, 0);
            hand.send("a", asks, asks);
            hand.send("b", asks);
            hand.settle();
            byte[] atA = Steered.written(asks, 1, 0, 64);
            hand.assertReceived("c", atA, atA, Steered.written(asks, 2, 0, 64));
        }
    }

    @Test
    void framesThatOthersHoldAreCopiedBeforeTheyAreWritten() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            byte[] flooded = Steered.frame(Steered.WRITE_CONTEXT, 0);
            hand.sendAndSettle("a", flooded); // no program yet: b and c share one slot
            long[] atB = new long[1];
            assertEquals(1, hand.endpoint("b").receive(atB, 0, 1));
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), Steered.options());
            assertEquals(1, hand.endpoint("b").send(atB, 0, 1));
            hand.settle();
            byte[] written = Steered.written(flooded, 2, 0, 64);
            hand.assertReceived("c", flooded, written); // the first is what c held all the time
            hand.assertReceived("a", written);
        }
    }
}
