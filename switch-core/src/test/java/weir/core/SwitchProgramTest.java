// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Mem;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.PortOptions;
import weir.core.port.VlanMode;
import weir.core.program.Decision;
import weir.core.program.ForwardingProgram;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;
import weir.core.testing.Talker;

/** Programs in front of learning. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SwitchProgramTest {
    private static byte[] frame(int to, int from, int number) {
        return Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
    }

    /** Decides each open frame by the last byte of its destination. */
    private interface PerFrame extends ForwardingProgram {
        void decide(Decision decision, int frame, int lastByte);

        @Override
        default void decide(FrameBatch batch, int from, int to, Decision decision) {
            for (int i = 0; i < batch.size(); i++) {
                decide(decision, i, Mem.getByte(decision.address(i) + 5));
            }
        }
    }

    private static Map<DropReason, Long> drops(HandDrivenSwitch hand, String port) {
        return hand.sw().counters().get(port).drops();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void decidesBeforeLearningAndLeavesTheRestToIt(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            PerFrame program = (decision, frame, last) -> {
                switch (last) {
                    case 1 -> decision.drop(frame, DropReason.PROGRAM_DROP);
                    case 2 -> decision.forward(frame, 3);
                    case 3 -> decision.flood(frame);
                    case 4 -> decision.forward(frame, decision.ingressPort(frame));
                    default -> assertTrue(decision.isOpen(frame));
                }
            };
            hand.sw().program(program);
            hand.sendAndSettle("a", frame(1, 7, 0), frame(2, 7, 1), frame(3, 7, 2), frame(4, 7, 3), frame(9, 8, 4));
            hand.assertReceived("a", frame(4, 7, 3));
            Frames.assertSameFrames(List.of(frame(3, 7, 2), frame(9, 8, 4)), hand.received("b"), "b");
            Frames.assertSameFrames(List.of(frame(2, 7, 1), frame(3, 7, 2), frame(9, 8, 4)), hand.received("c"), "c");
            assertEquals(Map.of(DropReason.PROGRAM_DROP, 1L), drops(hand, "a"));
            assertEquals(1, hand.sw().fdb().size(), "only what fell through was learned");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 0, -1, 99_999, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aPortThatIsNotThereIsACountedDrop(int portNumber) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            PerFrame program = (decision, frame, last) -> decision.forward(frame, portNumber);
            hand.sw().program(program);
            hand.sendAndSettle("a", frame(1, 2, 0), frame(1, 2, 1));
            assertEquals(Map.of(DropReason.REDIRECT_INVALID, 2L), drops(hand, "a"));
        }
    }

    @Test
    void aPortThatWasDetachedIsNoTarget() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            PerFrame program = (decision, frame, last) -> decision.forward(frame, 2);
            hand.sw().program(program);
            hand.sendAndSettle("a", frame(1, 2, 0));
            hand.assertReceived("b", frame(1, 2, 0));
            hand.detach("b");
            hand.sendAndSettle("a", frame(1, 2, 1));
            assertEquals(Map.of(DropReason.REDIRECT_INVALID, 1L), drops(hand, "a"));
            hand.ports("b"); // has number 3 now, and the index that b had
            hand.sendAndSettle("a", frame(1, 2, 2));
            assertEquals(Map.of(DropReason.REDIRECT_INVALID, 2L), drops(hand, "a"));
        }
    }

    @Test
    void aProgramThatThrowsAbortsTheFramesItLeftOpen() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            ConcurrentLinkedQueue<SwitchEvent> events = new ConcurrentLinkedQueue<>();
            hand.sw().listen(events::add);
            PerFrame program = (decision, frame, last) -> {
                if (last == 9) {
                    throw new IllegalStateException("boom");
                }
                decision.flood(frame);
            };
            hand.sw().program(program);
            hand.sendAndSettle("a", frame(1, 7, 0), frame(9, 7, 1), frame(1, 7, 2));
            hand.assertReceived("b", frame(1, 7, 0));
            assertEquals(Map.of(DropReason.PROGRAM_ABORTED, 2L), drops(hand, "a"));
            eventually(
                    "the fault is told",
                    () -> events.contains(new SwitchEvent.WorkerFault(0, "java.lang.IllegalStateException: boom")));
            hand.sendAndSettle("a", frame(1, 7, 3));
            hand.assertReceived("b", frame(1, 7, 3));
        }
    }

    @Test
    void aProgramCannotReviveARefusedFrameOrDecideTwice() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sw().program((batch, from, to, decision) -> {
                for (int i = 0; i < batch.size(); i++) {
                    boolean open = decision.isOpen(i);
                    decision.drop(i, DropReason.PROGRAM_DROP);
                    decision.forward(i, 2);
                    assertTrue(!decision.isOpen(i));
                    assertTrue(open || batch.frames()[i] != 0);
                }
            });
            hand.sendAndSettle("a", frame(1, 7, 0), new byte[5], frame(1, 7, 1));
            assertEquals(List.of(), hand.received("b"));
            assertEquals(Map.of(DropReason.PROGRAM_DROP, 2L, DropReason.RUNT, 1L), drops(hand, "a"));
        }
    }

    @Test
    void forwardingIntoAVlanThatThePortIsNotInIsDenied() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a").withVlan(VlanMode.parse("access:10")), MemoryPortConfig.DEFAULT);
            hand.port(PortOptions.named("b").withVlan(VlanMode.parse("access:20")), MemoryPortConfig.DEFAULT);
            PerFrame program = (decision, frame, last) -> decision.forward(frame, 2);
            hand.sw().program(program);
            hand.sendAndSettle("a", frame(1, 7, 0));
            assertEquals(List.of(), hand.received("b"));
            assertEquals(Map.of(DropReason.VLAN_DENIED, 1L), drops(hand, "b"));
        }
    }

    /** Counts its calls and whether it is used after close. */
    private static final class Tracked implements ForwardingProgram {
        final AtomicInteger closed = new AtomicInteger();
        final AtomicInteger usedAfterClose = new AtomicInteger();
        final AtomicInteger batches = new AtomicInteger();

        @Override
        public void decide(FrameBatch batch, int from, int to, Decision decision) {
            batches.incrementAndGet();
            for (int i = 0; i < batch.size(); i++) {
                if (decision.isOpen(i)) {
                    decision.flood(i);
                }
            }
            LockSupport.parkNanos(1_000);
            usedAfterClose.addAndGet(closed.get());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void swapsBetweenBatchesUnderLoadAndClosesTheOldOneOnce() throws Exception {
        Switch sw = Switch.create(SwitchConfig.named("swap").withWorkers(2));
        List<Talker> talkers = new ArrayList<>();
        List<MemoryPort> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MemoryPort port = new MemoryPort("p" + i);
            sw.attach(port, PortOptions.named("p" + i));
            ports.add(port);
            talkers.add(new Talker(port.endpoint(), i, 3, 10));
        }
        List<Tracked> programs = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Tracked program = new Tracked();
            programs.add(program);
            sw.program(program);
            eventually("it is used", () -> program.batches.get() > 3);
        }
        sw.program(null);
        for (Tracked program : programs) {
            assertEquals(1, program.closed.get());
            assertEquals(0, program.usedAfterClose.get());
        }
        talkers.forEach(Talker::stopSending);
        talkers.forEach(Talker::close);
        for (MemoryPort port : ports) {
            sw.detach(port.spec().substring("memory:".length()));
            port.endpoint().close();
        }
        Law.assertHoldsAndSlotsAreBack(sw, 0);
        sw.close();
    }

    @Test
    void closingTheSwitchClosesItsProgram() {
        Tracked program = new Tracked();
        try (Switch sw = Switch.create(SwitchConfig.named("c"))) {
            sw.program(program);
            assertEquals(0, program.closed.get());
        }
        assertEquals(1, program.closed.get());
    }
}
