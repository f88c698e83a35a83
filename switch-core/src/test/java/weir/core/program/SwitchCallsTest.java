// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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

/** {@code weir_clone}, {@code weir_flood}, {@code weir_learn}. */
class SwitchCallsTest {
    private static final int CLONE = 1;
    private static final int CLONE_TO_3 = 2;
    private static final int LEARN = 4;
    private static final int DROP = 8;
    private static final int FLOOD = 16;
    private static final int SPIN = 32;

    /**
     * @param received number of copies at ports a to d
     * @param clones as counted
     */
    record Case(int asked, int port, List<Integer> received, long clones, Map<DropReason, Long> drops) {}

    private static Stream<Arguments> cases() {
        return Stream.of(
                        new Case(CLONE, 2, List.of(0, 2, 1, 1), 1, Map.of()),
                        new Case(CLONE | DROP, 2, List.of(0, 1, 0, 0), 1, Map.of(DropReason.PROGRAM_DROP, 1L)),
                        new Case(
                                CLONE | CLONE_TO_3 | DROP,
                                1,
                                List.of(1, 0, 1, 0),
                                2,
                                Map.of(DropReason.PROGRAM_DROP, 1L)),
                        new Case(CLONE | FLOOD, 4, List.of(0, 1, 1, 2), 1, Map.of()),
                        new Case(FLOOD, 0, List.of(0, 1, 1, 1), 0, Map.of()),
                        new Case(CLONE, 0, List.of(0, 1, 1, 1), 0, Map.of()),
                        new Case(CLONE, 99, List.of(0, 1, 1, 1), 1, Map.of(DropReason.REDIRECT_INVALID, 1L)),
                        new Case(
                                CLONE | LEARN | SPIN, 2, List.of(0, 0, 0, 0), 0, Map.of(DropReason.PROGRAM_BUDGET, 1L)))
                .flatMap(each -> Stream.of(1, 2)
                        .flatMap(workers -> Stream.of(Engine.interpreter(), Engine.jit())
                                .map(engine -> arguments(each, workers, engine))));
    }

    private static byte[] frame(int asked, int port) {
        byte[] frame = Frames.untagged(Frames.station(9), Frames.station(7), 64, 0);
        frame[14] = (byte) asked;
        frame[15] = (byte) port;
        return frame;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void copiesGoBesideTheVerdict(Case each, int workers, Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
            Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("switch_calls"),
                    Steered.options().withEngine(engine));
            hand.sendAndSettle("a", frame(each.asked, each.port));
            List<Integer> received = hand.portNames().stream()
                    .map(name -> hand.received(name).stream()
                            .peek(frame -> assertEquals((byte) 0xee, frame[16], "as the program left it"))
                            .toList()
                            .size())
                    .toList();
            assertEquals(each.received, received);
            assertEquals(each.clones, hand.sw().counters().get("a").clones());
            assertEquals(each.drops, hand.sw().counters().get("a").drops());
        }
    }

    @Test
    void whatAProgramDropsCanBeLearnedFrom() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("switch_calls"), Steered.options());
            hand.sendAndSettle("a", frame(DROP, 0));
            assertEquals(0, hand.sw().fdb().size());
            hand.sendAndSettle("a", frame(LEARN | DROP, 0));
            assertEquals("a", hand.sw().fdb().getFirst().port());
        }
    }

    @Test
    void aMonitorGetsCopiesWhileTheSwitchGoesOn() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "watch")) {
            byte[] rule = {3, 0, 0, 0, (byte) 0xb5, (byte) 0x88, 0, 0};
            Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("monitor"),
                    Steered.options(),
                    program -> assertEquals(
                            0,
                            program.withMap("rules", map -> map.control().update(new byte[4], rule, 0))
                                    .orElseThrow()));
            byte[] there = Frames.untagged(Frames.station(9), Frames.station(7), 64, 0);
            byte[] back = Frames.untagged(Frames.station(7), Frames.station(9), 64, 1);
            hand.sendAndSettle("a", there);
            hand.received("watch"); // flooded, and cloned
            hand.sendAndSettle("b", back);
            hand.assertReceived("a", back);
            hand.assertReceived("watch", back);
            hand.sendAndSettle("watch", there);
            assertEquals(
                    Map.of(DropReason.PROGRAM_DROP, 1L),
                    hand.sw().counters().get("watch").drops());
        }
    }
}
