// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapControl;
import weir.ebpf.xdp.XdpAction;

/** A new program on copies of live frames: what it says is told, what it does has no effect. */
class ShadowTest {
    private static final ProgramPlace SWITCH = ProgramPlace.onSwitch();

    private static long count(AttachedProgram program, int command) {
        MapControl.Result result = program.withMap(
                        "counts", map -> map.control().lookup(Steered.littleEndian(command), 0))
                .orElseThrow();
        return ((MapControl.Result.Found) result).bytes().at(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tellsHowVerdictsDiffer(int workers) throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            AttachedProgram current =
                    Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options(), program -> {
                        program.setRedirect("devmap", 2, 2, "");
                    });
            ProgramOptions options = Steered.options().withKeepMaps(true);
            try (ShadowRun run = hand.sw()
                    .programs()
                    .beginShadow(SWITCH, Steered.object("steered"), options, 5, program -> {
                        program.setRedirect("devmap", 2, 3, "");
                    })) {
                byte[] moved = Steered.frame(Steered.REDIRECT_DEVMAP, 2);
                byte[] same = Steered.frame(Steered.WRITE_CONTEXT, 0);
                hand.sendAndSettle("a", moved, same, Steered.frame(Steered.RETURN, XdpAction.DROP));
                assertFalse(run.hasAllFrames());
                hand.sendAndSettle("b", moved, Steered.frame(Steered.SPIN, 1_000_000), moved);
                assertTrue(run.hasAllFrames());
                ShadowReport report = run.finish();
                assertEquals(5, report.frames());
                String to2 = "XDP_REDIRECT to port 2";
                String to3 = "XDP_REDIRECT to port 3";
                assertEquals(
                        Set.of(
                                new ShadowReport.Count(to2, to3, 2),
                                new ShadowReport.Count("XDP_PASS", "XDP_PASS", 1),
                                new ShadowReport.Count("XDP_DROP", "XDP_DROP", 1),
                                new ShadowReport.Count("fault", "fault", 1)),
                        Set.copyOf(report.counts()));
                assertEquals(2, report.differences());
                assertEquals(
                        List.of(
                                new ShadowReport.Example(1, Bytes.of(moved), to2, to3),
                                new ShadowReport.Example(2, Bytes.of(moved), to2, to3)),
                        report.examples());
                assertEquals(4, hand.received("b").size(), "three redirected, one flooded");
                assertEquals(3, count(current, Steered.REDIRECT_DEVMAP), "live maps are not touched");
                assertEquals(6, current.counters().frames());
            }
        }
    }

    @Test
    void withoutAProgramInPlaceFramesPass() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            byte[] frame = Steered.frame(Steered.RETURN, XdpAction.DROP);
            try (ShadowRun run = hand.sw()
                    .programs()
                    .beginShadow(SWITCH, Steered.object("steered"), Steered.options(), 10, program -> {})) {
                hand.sendAndSettle("a", frame);
                assertEquals(
                        List.of(new ShadowReport.Count("XDP_PASS", "XDP_DROP", 1)),
                        run.finish().counts());
            }
            hand.sendAndSettle("a", frame);
            hand.assertReceived("b", frame, frame);
            Steered.load(hand, SWITCH, Steered.object("steered"), Steered.options()); // the place is free
        }
    }

    @Test
    void standInIsNotTakenForAProgramInJava() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b");
                ShadowRun run = hand.sw()
                        .programs()
                        .beginShadow(SWITCH, Steered.object("steered"), Steered.options(), 10, program -> {})) {
            ProgramException refusal = assertThrows(
                    ProgramException.class,
                    () -> hand.sw()
                            .programs()
                            .load(SWITCH, Steered.object("steered"), Steered.options(), program -> {}));
            assertEquals("a program runs in the shadow at the switch", refusal.getMessage());
            assertEquals("wait until it is done", refusal.hint());
            assertFalse(run.hasAllFrames());
        }
    }

    @Test
    void programsOfBothTypesCompare() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Steered.load(hand, SWITCH, Steered.object("vale_steered"), Steered.options());
            try (ShadowRun run = hand.sw()
                    .programs()
                    .beginShadow(SWITCH, Steered.object("steered"), Steered.options(), 4, program -> {})) {
                hand.sendAndSettle(
                        "b",
                        Steered.frame(Steered.RETURN, 2),
                        Steered.frame(Steered.RETURN, 1),
                        Steered.frame(Steered.RETURN, 254),
                        Steered.frame(Steered.RETURN, -1));
                assertEquals(
                        List.of(
                                new ShadowReport.Count("XDP_REDIRECT to port 3", "XDP_PASS", 1),
                                new ShadowReport.Count("XDP_REDIRECT to port 2", "XDP_DROP", 1),
                                new ShadowReport.Count("XDP_REDIRECT to all other ports", "254", 1),
                                new ShadowReport.Count("XDP_DROP", "4294967295", 1)),
                        run.finish().counts());
            }
            try (ShadowRun run = hand.sw()
                    .programs()
                    .beginShadow(SWITCH, Steered.object("vale_steered"), Steered.options(), 1, program -> {})) {
                hand.sendAndSettle("b", Steered.frame(Steered.RETURN, 0));
                ShadowReport report = run.finish();
                assertEquals(0, report.differences());
                assertEquals(
                        "XDP_REDIRECT to port 1", report.counts().getFirst().before());
            }
        }
    }

    @Test
    void doesNotWaitForEver() throws Exception {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            SwitchPrograms programs = hand.sw().programs();
            ShadowReport report = programs.shadow(
                    SWITCH, Steered.object("steered"), Steered.options(), 10, Duration.ofMillis(5), program -> {});
            assertEquals(new ShadowReport(0, List.of(), List.of()), report);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> programs.beginShadow(SWITCH, Steered.object("steered"), Steered.options(), 0, program -> {}));
        }
    }
}
