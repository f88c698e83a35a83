// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.core.fdb.MacAddress;
import weir.core.memory.MemoryPort;
import weir.core.memory.MemoryPortConfig;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.port.VlanMode;
import weir.core.rate.StormLimits;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.ObservedPort;

/** Attaching, numbering, listing and detaching. */
class SwitchPortsTest {
    private static byte[] frame(int to, int from, int number) {
        return Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
    }

    @Test
    void takesNoFrameFromAPortBeforeItIsPrepared() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            MemoryPort inner = new MemoryPort("c");
            ObservedPort port = new ObservedPort(inner);
            PortInfo info = hand.sw().attach(port, PortOptions.named("c"), attached -> {
                assertEquals(3, attached.number());
                hand.sendAndSettle("a", frame(9, 1, 0));
                assertEquals(0, port.queue().receiveCalls(), "the port is asked for nothing");
            });
            assertEquals("c", info.name());
            long[] frames = new long[2];
            assertEquals(1, inner.endpoint().receive(frames, 0, 2), "but gets what is for it");
            inner.endpoint().release(frames, 0, 1);
            hand.settle();
            assertTrue(port.queue().receiveCalls() > 0);
            hand.sw().detach("c");
            inner.endpoint().close();
        }
    }

    @Test
    void aPortWhosePreparationFailsIsDetachedAgain() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("c");
            IOException failure = assertThrows(
                    IOException.class,
                    () -> hand.sw().attach(port, PortOptions.named("c"), attached -> {
                        throw new IOException("no program");
                    }));
            assertEquals("no program", failure.getMessage());
            PortException detached = assertThrows(
                    PortException.class,
                    () -> hand.sw()
                            .attach(
                                    new MemoryPort("d"),
                                    PortOptions.named("d"),
                                    attached -> hand.sw().detach("d")));
            assertEquals("port d was detached before it began to receive", detached.getMessage());
            assertEquals(List.of("a"), hand.portNames());
            assertEquals(1, hand.sw().ports().size());
            hand.ports("c", "d");
        }
    }

    @Test
    void numbersPortsFromOneAndNeverReusesAnAutomaticNumber() throws PortException {
        try (Switch sw = Switch.create(SwitchConfig.named("n").withoutThreads())) {
            assertEquals(
                    1, sw.attach(new MemoryPort("a"), PortOptions.named("a")).number());
            assertEquals(
                    2, sw.attach(new MemoryPort("b"), PortOptions.named("b")).number());
            sw.detach("b");
            assertEquals(
                    3, sw.attach(new MemoryPort("c"), PortOptions.named("c")).number());
            assertEquals(
                    9,
                    sw.attach(new MemoryPort("d"), PortOptions.named("d").withNumber(9))
                            .number());
            PortInfo unnamed = sw.attach(new MemoryPort("e"), PortOptions.DEFAULT);
            assertEquals(10, unnamed.number());
            assertEquals("port10", unnamed.name());
            assertEquals(
                    2,
                    sw.attach(new MemoryPort("b"), PortOptions.named("b").withNumber(2))
                            .number(),
                    "a number asked for may come again");
            assertEquals(
                    List.of(1, 2, 3, 9, 10),
                    sw.ports().stream().map(PortInfo::number).toList());
        }
    }

    @Test
    void findsNumbersWhenTheHighestIsTaken() throws PortException {
        try (Switch sw = Switch.create(SwitchConfig.named("n").withoutThreads())) {
            sw.attach(new MemoryPort("z"), PortOptions.named("z").withNumber(65_535));
            assertEquals(
                    1, sw.attach(new MemoryPort("a"), PortOptions.named("a")).number());
            assertEquals(
                    2, sw.attach(new MemoryPort("b"), PortOptions.named("b")).number());
        }
    }

    @Test
    void refusesATakenNameOrNumberAndClosesThePort() throws PortException {
        try (Switch sw = Switch.create(SwitchConfig.named("n").withoutThreads())) {
            sw.attach(new MemoryPort("a"), PortOptions.named("a").withNumber(5));
            MemoryPort sameName = new MemoryPort("x");
            PortException name = assertThrows(PortException.class, () -> sw.attach(sameName, PortOptions.named("a")));
            assertEquals("port name a is in use", name.getMessage());
            assertEquals("detach it first, or choose another name", name.hint());
            assertEquals(PortState.GONE, sameName.state());
            PortException number = assertThrows(
                    PortException.class,
                    () -> sw.attach(new MemoryPort("b"), PortOptions.named("b").withNumber(5)));
            assertEquals("port number 5 is in use by a", number.getMessage());
            assertEquals(1, sw.ports().size());
        }
    }

    @Test
    void aPortWhoseQueueCannotStartLeavesNothingBehind() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            MemoryPort inner = new MemoryPort("broken");
            Port broken = new Port() {
                @Override
                public String spec() {
                    return "memory:broken";
                }

                @Override
                public int mtuBytes() {
                    return 1500;
                }

                @Override
                public PortState state() {
                    return inner.state();
                }

                @Override
                public List<PortQueue> queues() {
                    return List.of(new ObservedPort(inner).queue(), new RefusingQueue());
                }

                @Override
                public void close() {
                    inner.close();
                }
            };
            PortException refused =
                    assertThrows(PortException.class, () -> hand.sw().attach(broken, PortOptions.named("c")));
            assertEquals("no descriptor is left", refused.getMessage());
            assertEquals(PortState.GONE, inner.state());
            assertEquals(2, hand.sw().ports().size());
            hand.ports("c");
            hand.sendAndSettle("c", frame(1, 3, 0));
            hand.assertReceived("a", frame(1, 3, 0));
            hand.assertReceived("b", frame(1, 3, 0));
            inner.endpoint().close();
        }
    }

    private static final class RefusingQueue implements PortQueue {
        @Override
        public void attach(QueueContext context) throws PortException {
            throw new PortException("no descriptor is left", "raise the limit");
        }

        @Override
        public int receive(weir.core.frame.FrameBatch batch, int from, int budgetFrames) {
            throw new AssertionError("never attached");
        }

        @Override
        public void transmit(long[] frames, int from, int count) {
            throw new AssertionError("never attached");
        }

        @Override
        public void flush() {
            throw new AssertionError("never attached");
        }

        @Override
        public boolean hasInput() {
            throw new AssertionError("never attached");
        }

        @Override
        public void detach() {
            throw new AssertionError("never attached");
        }
    }

    @Test
    void tellsWhatAPortIs() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            VlanMode trunk = VlanMode.parse("trunk:10");
            hand.port(
                    PortOptions.named("t").withVlan(trunk).withHairpin(true).withNumber(77),
                    MemoryPortConfig.DEFAULT.withMtuBytes(9000));
            PortInfo info = hand.sw().ports().getFirst();
            assertEquals(new PortOptions("t", 77, trunk, true, StormLimits.NONE), info.options());
            assertEquals("memory:t", info.spec());
            assertEquals(9000, info.mtuBytes());
            assertEquals(PortState.UP, info.state());
            assertEquals(0, info.learnRefused());
        }
    }

    @Test
    void detachingAPortThatIsNotThereSaysSo() throws PortException {
        try (Switch sw = Switch.create(SwitchConfig.named("n").withoutThreads())) {
            assertFalse(sw.detach("nobody"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void countersOfADetachedPortStayInTheAccount(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            hand.sendAndSettle("a", frame(2, 1, 0));
            hand.received("b");
            hand.detach("a");
            hand.assertLaw();
            assertEquals(1, hand.sw().counters().get("a").received());
            assertTrue(hand.sw().fdb().isEmpty(), "its addresses are forgotten");
            hand.ports("a");
            hand.sendAndSettle("a", frame(2, 1, 1));
            assertEquals(2, hand.sw().counters().get("a").received(), "a name goes on counting");
            hand.received("b");
            hand.received("c");
        }
    }

    @Test
    void aClosedSwitchRefusesAtOnceAndCloseIsIdempotent() {
        Switch sw = Switch.create(SwitchConfig.named("n"));
        sw.close();
        sw.close();
        assertThrows(IllegalStateException.class, () -> sw.attach(new MemoryPort("a"), PortOptions.DEFAULT));
        assertThrows(IllegalStateException.class, sw::fdb);
        assertThrows(IllegalStateException.class, sw::flushFdb);
        assertThrows(IllegalStateException.class, () -> sw.program(null));
        assertEquals(
                "switch n is closed",
                assertThrows(IllegalStateException.class, sw::slotsInUse).getMessage());
        assertFalse(sw.detach("a"));
        assertEquals(Map.of(), sw.counters());
    }

    @Test
    void configRefusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> SwitchConfig.named(""));
        assertThrows(IllegalArgumentException.class, () -> SwitchConfig.named("a/b"));
        assertThrows(
                IllegalArgumentException.class, () -> SwitchConfig.named("a").withWorkers(0));
        assertThrows(
                IllegalArgumentException.class, () -> SwitchConfig.named("a").withWorkers(65));
        assertThrows(
                IllegalArgumentException.class, () -> SwitchConfig.named("a").withBatchFrames(0));
        assertThrows(
                IllegalArgumentException.class, () -> SwitchConfig.named("a").withBatchFrames(257));
        assertThrows(IllegalArgumentException.class, () -> MemoryPortConfig.DEFAULT.withMtuBytes(67));
        assertThrows(IllegalArgumentException.class, () -> MemoryPortConfig.DEFAULT.withMtuBytes(1 << 20));
        assertThrows(IllegalArgumentException.class, () -> MemoryPortConfig.DEFAULT.withRingFrames(0));
        assertEquals(1024, MemoryPortConfig.DEFAULT.withRingFrames(1000).ringFrames());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void staticEntriesLeadTheWayOnEveryWorker(int workers) {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c")) {
            long mac = Frames.toSwitchOrder(Frames.station(9));
            assertTrue(hand.sw().addStatic(0, mac, "b"));
            assertFalse(hand.sw().addStatic(0, mac, "nobody"));
            for (String from : List.of("a", "c")) {
                hand.sendAndSettle(from, frame(9, from.charAt(0), 0));
                hand.assertReceived("b", frame(9, from.charAt(0), 0));
            }
            assertEquals(
                    new FdbInfo(0, MacAddress.toString(mac), "b", true, 0),
                    hand.sw().fdb().stream()
                            .filter(FdbInfo::isStatic)
                            .findFirst()
                            .orElseThrow());
            hand.sw().flushFdb();
            assertEquals(1, hand.sw().fdb().size());
            assertTrue(hand.sw().removeFdb(0, mac));
            assertFalse(hand.sw().removeFdb(0, mac));
            hand.sendAndSettle("a", frame(9, 1, 1));
            assertEquals(1, hand.received("b").size());
            assertEquals(1, hand.received("c").size(), "flooded again");
        }
    }
}
