// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.testing.Frames;
import weir.core.testing.HandDrivenSwitch;
import weir.core.testing.Law;
import weir.core.worker.WaitMode;

/** The user's side of a memory port. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class MemoryEndpointTest {
    private static final long LONG_NANOS = 60_000_000_000L;

    private static byte[] frame(int to, int from, int number) {
        return Frames.untagged(Frames.station(to), Frames.station(from), 64, number);
    }

    private static MemoryEndpoint attach(Switch sw, String name) throws PortException {
        MemoryPort port = new MemoryPort(name);
        sw.attach(port, PortOptions.named(name));
        return port.endpoint();
    }

    private static long[] one(long frame) {
        return new long[] {frame};
    }

    // ---- asleep and awake -----------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void aSleeperIsWokenByEveryFrame(WaitMode mode) throws Exception {
        try (Switch sw =
                Switch.create(SwitchConfig.named("s").withWaitMode(mode).withWorkers(2))) {
            MemoryEndpoint a = attach(sw, "a");
            MemoryEndpoint b = attach(sw, "b");
            int count = 300;
            AtomicReference<String> wrong = new AtomicReference<>();
            Thread receiver = Thread.ofPlatform().daemon(true).start(() -> {
                long[] frames = new long[4];
                for (int got = 0; got < count; ) {
                    if (!b.await(LONG_NANOS)) {
                        wrong.set("nothing came after " + got);
                        return;
                    }
                    int n = b.receive(frames, 0, 4);
                    b.release(frames, 0, n);
                    got += n;
                }
            });
            for (int i = 0; i < count; i++) {
                eventually("the receiver sleeps", () -> receiver.getState() != Thread.State.RUNNABLE);
                long frame = a.frameOf(frame(2, 1, i));
                assertEquals(1, a.send(one(frame), 0, 1));
            }
            receiver.join(LONG_NANOS / 1_000_000);
            assertEquals(null, wrong.get());
            assertFalse(receiver.isAlive());
            Law.assertComesToHold(sw); // frames are there before they are counted
        }
    }

    @Test
    void aSleeperIsWokenWhenItsPortIsDetached() throws Exception {
        try (Switch sw = Switch.create(SwitchConfig.named("s"))) {
            MemoryEndpoint a = attach(sw, "a");
            AtomicReference<Boolean> answer = new AtomicReference<>();
            Thread sleeper = Thread.ofPlatform().daemon(true).start(() -> answer.set(a.await(LONG_NANOS)));
            eventually("it sleeps", () -> sleeper.getState() == Thread.State.TIMED_WAITING);
            sw.detach("a");
            sleeper.join(LONG_NANOS / 2_000_000);
            assertEquals(false, answer.get());
        }
    }

    @Test
    void awaitEndsWhenItsTimeIsOver() throws Exception {
        try (Switch sw = Switch.create(SwitchConfig.named("s"))) {
            MemoryEndpoint a = attach(sw, "a");
            long before = System.nanoTime();
            assertFalse(a.await(2_000_000));
            assertTrue(System.nanoTime() - before >= 2_000_000);
        }
    }

    @Test
    void awaitReturnsAtOnceWhenAFrameIsThere() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("a", frame(2, 1, 0));
            assertTrue(hand.endpoint("b").await(LONG_NANOS));
            hand.assertReceived("b", frame(2, 1, 0));
        }
    }

    // ---- frames ---------------------------------------------------------------------------------

    @Test
    void makesAFrameOfAPayloadAndWaitsForTheSlot() throws Exception {
        try (Switch sw = Switch.create(SwitchConfig.named("s"))) {
            MemoryEndpoint a = attach(sw, "a");
            byte[] payload = frame(1, 2, 3);
            long frame = a.frameOf(payload);
            assertArrayEquals(payload, a.bytes(frame).toArray(ValueLayout.JAVA_BYTE));
            assertTrue(a.isExclusive(frame));
            a.release(one(frame), 0, 1);
            assertEquals(
                    "payload of 1601 bytes is longer than 1600",
                    assertThrows(IllegalArgumentException.class, () -> a.frameOf(new byte[1601]))
                            .getMessage());
            assertEquals(1600, FramePool.MAX_SMALL_FRAME_BYTES);
            sw.detach("a");
            a.close();
            assertEquals(0, sw.slotsInUse());
            assertEquals(-1, a.allocate(1_000), "closed");
        }
    }

    @Test
    void refusesFramesThatAreNotOfThisSwitch() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            MemoryEndpoint a = hand.endpoint("a");
            long good = Frame.withLength(hand.allocate("a", 1)[0], 64);
            long[] frames = {good, Frame.of(Frame.MAX_SLOT, 0, 64)};
            String message = assertThrows(IllegalArgumentException.class, () -> a.send(frames, 0, 2))
                    .getMessage();
            assertEquals("frame[position=549755811840 length=64] is not a frame of this switch", message);
            assertThrows(IllegalArgumentException.class, () -> a.send(one(Frame.of(0, 2000, 100)), 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> a.bytes(-1L));
            a.release(frames, 0, 1);
        }
    }

    @Test
    void takesFromTheFrontWhenItsRingIsFull() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch()) {
            hand.port(PortOptions.named("a"), MemoryPortConfig.DEFAULT.withRingFrames(4));
            MemoryEndpoint a = hand.endpoint("a");
            long[] frames = hand.allocate("a", 6);
            for (int i = 0; i < 6; i++) {
                frames[i] = Frame.withLength(frames[i], 64);
            }
            assertEquals(4, a.send(frames, 0, 6));
            a.release(frames, 4, 2);
        }
    }

    @Test
    void anEndpointWithoutASwitchSaysSo() {
        MemoryEndpoint lonely = new MemoryPort("lonely").endpoint();
        assertEquals(
                "memory port lonely is not attached to a switch",
                assertThrows(IllegalStateException.class, () -> lonely.allocate(new long[1], 0, 1))
                        .getMessage());
        assertEquals(0, lonely.receive(new long[1], 0, 1));
        lonely.close();
    }

    @Test
    void aReceivedFloodIsSharedAndTheLastReaderHasItAlone() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b", "c")) {
            hand.sendAndSettle("a", frame(9, 1, 0));
            MemoryEndpoint b = hand.endpoint("b");
            long[] frames = new long[1];
            assertEquals(1, b.receive(frames, 0, 1));
            assertFalse(b.isExclusive(frames[0]));
            hand.received("c");
            hand.settle();
            assertTrue(b.isExclusive(frames[0]));
            b.release(frames, 0, 1);
        }
    }

    @Test
    void aSharedFrameMayBeSentOnWithoutACopyAndDamagesNobody() {
        for (int workers : new int[] {1, 3}) {
            try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(workers)).ports("a", "b", "c", "d")) {
                byte[] flood = frame(9, 1, 0);
                hand.sendAndSettle("a", flood);
                MemoryEndpoint b = hand.endpoint("b");
                long[] frames = new long[1];
                for (int hop = 0; hop < 5; hop++) {
                    assertEquals(1, b.receive(frames, 0, 1));
                    assertEquals(1, b.send(frames, 0, 1)); // from another port now: a move, and a flood again
                    hand.settle();
                    assertEquals(1, hand.received("a").size());
                    hand.sendAndSettle("a", flood);
                }
                for (byte[] got : hand.received("c")) {
                    assertArrayEquals(flood, got);
                }
                for (byte[] got : hand.received("d")) {
                    assertArrayEquals(flood, got);
                }
                hand.received("b");
                hand.received("a");
            }
        }
    }

    @Test
    void knowsWhoSharesItsWorker() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch(c -> c.withWorkers(2)).ports("a", "b", "c")) {
            assertTrue(hand.endpoint("a").sharesWorkerWith(hand.endpoint("c")));
            assertFalse(hand.endpoint("a").sharesWorkerWith(hand.endpoint("b")));
        }
    }

    // ---- the end --------------------------------------------------------------------------------

    @Test
    void framesCanBeGivenBackAfterThePortIsGone() {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a", "b")) {
            hand.sendAndSettle("a", frame(9, 1, 0), frame(9, 1, 1));
            MemoryEndpoint b = hand.endpoint("b");
            long[] frames = new long[2];
            assertEquals(2, b.receive(frames, 0, 2));
            long[] empty = hand.allocate("b", 3);
            hand.detach("b");
            b.release(frames, 0, 2);
            b.release(empty, 0, 3);
            b.close();
        }
    }

    @Test
    void anEndpointMayCloseBeforeItsPortIsDetached() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("b");
            hand.sw().attach(port, PortOptions.named("b"));
            hand.sendAndSettle("a", frame(9, 1, 0));
            port.endpoint().close();
            hand.sendAndSettle("a", frame(9, 1, 1));
            assertTrue(hand.sw().detach("b"));
        }
    }

    @Test
    void anEndpointThatNobodyUsedGivesBackWhatWasDelivered() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("b");
            hand.sw().attach(port, PortOptions.named("b"));
            hand.sendAndSettle("a", frame(9, 1, 0));
            assertTrue(hand.sw().detach("b"));
            port.endpoint().close();
        }
    }

    /** Its first call of all is behind the detaching. */
    @Test
    void whatWasDeliveredIsReleasedAfterThePortWasDetached() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("b");
            hand.sw().attach(port, PortOptions.named("b"));
            hand.sendAndSettle("a", frame(9, 1, 0));
            assertTrue(hand.sw().detach("b"));
            long[] frames = new long[2];
            assertEquals(1, port.endpoint().receive(frames, 0, 2));
            assertEquals(64, port.endpoint().bytes(frames[0]).byteSize());
            port.endpoint().release(frames, 0, 1);
            assertEquals(0, port.endpoint().allocate(frames, 0, 2));
            port.endpoint().close();
        }
    }

    @Test
    void anEndpointClosedBeforeItsPortIsAttachedLosesNothing() throws PortException {
        try (HandDrivenSwitch hand = new HandDrivenSwitch().ports("a")) {
            MemoryPort port = new MemoryPort("b");
            port.endpoint().close();
            hand.sw().attach(port, PortOptions.named("b"));
            hand.sendAndSettle("a", frame(9, 1, 0));
            assertTrue(hand.sw().detach("b"));
        }
    }
}
