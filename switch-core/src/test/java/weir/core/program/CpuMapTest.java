// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.core.counter.DropReason;
import weir.core.testing.HandDrivenSwitch;
import weir.ebpf.Engine;
import weir.ebpf.xdp.XdpAction;

/** Programs in cpumap entries: on Linux the entry's CPU runs them, here the worker that has the frame. */
class CpuMapTest {
    private static final int TARGET_BYTE = 36;
    private static final int TO_PORT = 4;
    private static final int TO_DEVMAP = 5;
    private static final int TO_ALL = 6;
    private static final int TO_CPUMAP = 7;
    private static final int SPIN = 8;
    private static final int TOO_SHORT = 9;
    private static final int SHORTER = 10;

    private static byte[] frame(int action, int target) {
        byte[] frame = Steered.withEgressAction(Steered.frame(Steered.REDIRECT_CPUMAP, 0), action);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(TARGET_BYTE, target);
        return frame;
    }

    /** What the entry's program does, where its frame goes, and why it is dropped. */
    record Case(
            String name,
            int action,
            int target,
            List<String> to,
            @Nullable DropReason drop) {
        @Override
        public String toString() {
            return name;
        }

        byte[] sent() {
            return frame(action, target);
        }

        byte[] written() {
            byte[] written = Steered.written(sent(), 1, 0, 0);
            return action == SHORTER ? Arrays.copyOf(written, written.length - 4) : written;
        }
    }

    private static Case goes(String name, int action, int target, String... to) {
        return new Case(name, action, target, List.of(to), null);
    }

    private static Case drops(String name, int action, DropReason reason) {
        return new Case(name, action, 0, List.of(), reason);
    }

    private static List<Case> cases() {
        return List.of(
                goes("passes, then learning floods", 0, 0, "b", "c", "d"),
                drops("drops", XdpAction.DROP, DropReason.PROGRAM_DROP),
                drops("cannot send back", XdpAction.TX, DropReason.PROGRAM_INVALID_ACTION),
                drops("returns what is no action", 77, DropReason.PROGRAM_INVALID_ACTION),
                goes("redirects to a port", TO_PORT, 3, "c"),
                new Case("redirects to no port", TO_PORT, 9, List.of(), DropReason.REDIRECT_INVALID),
                goes("redirects through a devmap", TO_DEVMAP, 2, "b"),
                goes("redirects to all of a devmap", TO_ALL, 0, "a", "b"),
                drops("does not hop again", TO_CPUMAP, DropReason.REDIRECT_INVALID),
                drops("has a fault", SPIN, DropReason.PROGRAM_BUDGET),
                goes("cannot make it a runt", TOO_SHORT, 0, "b", "c", "d"),
                goes("makes it shorter", SHORTER, 0, "b", "c", "d"));
    }

    private static Stream<Arguments> casesByWorkersAndEngine() {
        return cases().stream()
                .flatMap(each -> Stream.of(1, 2)
                        .flatMap(workers -> Stream.of(Engine.interpreter(), Engine.jit())
                                .map(engine -> arguments(each, workers, engine))));
    }

    @ParameterizedTest(name = "{0}, {1} workers, {2}")
    @MethodSource("casesByWorkersAndEngine")
    void theEntrysProgramDecides(Case each, int workers, Engine engine) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
            AttachedProgram program = load(hand, Steered.options().withEngine(engine), "on_another_cpu");
            byte[] plain = Steered.frame(Steered.RETURN, XdpAction.DROP);
            hand.sendAndSettle("a", each.sent(), plain, each.sent());
            for (String port : hand.portNames()) {
                hand.assertReceived(
                        port, each.to.contains(port) ? new byte[][] {each.written(), each.written()} : new byte[0][]);
            }
            Map<DropReason, Long> drops = hand.sw().counters().get("a").drops();
            long expected = each.drop == null ? 0 : each.drop == DropReason.PROGRAM_DROP ? 3 : 2;
            assertEquals(expected, each.drop == null ? 0 : drops.get(each.drop), drops::toString);
            ProgramCounters counters = program.counters();
            assertEquals(2, counters.redirected());
            assertEquals(3, counters.frames(), "each frame counts once");
            assertEquals(2, counters.cpumapFrames());
            assertEquals(each.drop == null ? 0 : 2, counters.cpumapDrops());
            assertEquals(each.action == SPIN ? 2 : 0, counters.faults());
        }
    }

    private static AttachedProgram load(HandDrivenSwitch hand, ProgramOptions options, String entryProgram) {
        return Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("steered"), options, each -> {
            assertEquals(0, each.setRedirect("cpumap", 0, 192, entryProgram));
            assertEquals(0, each.setRedirect("devmap", 1, 1, ""));
            assertEquals(0, each.setRedirect("devmap", 2, 2, ""));
        });
    }

    @Test
    void aDevmapEntrysProgramComesBehindIt() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = load(hand, Steered.options(), "on_another_cpu");
            assertEquals(0, program.setRedirect("devmap", 2, 2, "longer_on_the_way_out"));
            byte[] frame = frame(TO_DEVMAP, 2);
            hand.sendAndSettle("a", frame);
            assertEquals(
                    List.of(frame.length + 4),
                    hand.received("b").stream().map(each -> each.length).toList());
            assertEquals(1, program.counters().egressFrames());
        }
    }

    @Test
    void afterAPortsProgramComesThatOfTheSwitch() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            Steered.load(hand, ProgramPlace.onPort("a"), Steered.object("steered"), Steered.options(), each -> {
                assertEquals(0, each.setRedirect("cpumap", 0, 192, "on_another_cpu"));
            });
            AttachedProgram onSwitch =
                    Steered.load(hand, ProgramPlace.onSwitch(), Steered.object("version"), Steered.options());
            hand.sendAndSettle("a", frame(0, 0), frame(XdpAction.DROP, 0));
            assertEquals(1, onSwitch.counters().frames());
        }
    }

    @Test
    void aKeptMapsEntriesGetTheNewObjectsProgram() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            load(hand, Steered.options(), "on_another_cpu");
            AttachedProgram next = Steered.load(
                    hand,
                    ProgramPlace.onSwitch(),
                    Steered.object("steered"),
                    Steered.options().withKeepMaps(true));
            hand.sendAndSettle("a", frame(0, 0));
            hand.assertReceived("b", Steered.written(frame(0, 0), 1, 0, 0));
            assertEquals(1, next.counters().cpumapFrames());
        }
    }

    @Test
    void aFaultCanBePassed() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            load(hand, Steered.options().withOnFault(OnFault.LEARN), "on_another_cpu");
            hand.sendAndSettle("a", frame(SPIN, 0));
            hand.assertReceived("b", Steered.written(frame(SPIN, 0), 1, 0, 0));
        }
    }

    @Test
    void entriesTakeOnlyProgramsForTheirMap() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            AttachedProgram program = load(hand, Steered.options(), "");
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> program.setRedirect("cpumap", 0, 1, "on_the_way_out"));
            assertEquals(
                    "the object has no program on_the_way_out of a section xdp/cpumap, but [on_another_cpu]",
                    refused.getMessage());
            assertThrows(IllegalArgumentException.class, () -> program.setRedirect("devmap", 1, 1, "on_another_cpu"));
            assertTrue(program.setRedirect("cpumap", 1, 192, "on_another_cpu") < 0, "there is one worker");
        }
    }
}
