// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static weir.core.testing.Law.eventually;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.core.Switch;
import weir.core.SwitchConfig;
import weir.core.capture.CaptureDirection;
import weir.core.counter.DropReason;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.PoolConfig;
import weir.core.port.Port;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.worker.WaitMode;

/**
 * What every kind of port keeps. A subclass says how to open one and how to be the outside world behind it; the test
 * plays the worker, on a switch without threads.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
public abstract class PortContractTest {
    private static final String NAME = "subject";
    private static final int BURST = 16;

    private Switch sw;
    private ObservedPort observed;
    private PortQueue queue;
    private QueueContext context;
    private CapturedDrops drops;
    private boolean detached;

    /** Opens the port under test; called once per test. */
    protected abstract Port open() throws Exception;

    /** What makes workers wait; ports with file descriptors bring their own. */
    protected SwitchConfig configure(SwitchConfig config) {
        return config;
    }

    /** Called after the port was attached and before the worker is kept away; {@code rounds} lets the worker run. */
    protected void attached(Runnable rounds) {
        // Most ports need nothing.
    }

    /** The outside world sends a frame into the port. Must not need the worker. */
    protected abstract void send(byte[] frame) throws Exception;

    /** What the outside world got from the port since the last call. Must not wait. */
    protected abstract List<byte[]> received() throws Exception;

    /** The outside world is gone; called after the port was detached. Slots that it still holds go back. */
    protected abstract void outsideCloses() throws Exception;

    /** Frames enough that a port whose outside does not read must drop some; 0 when it never drops by itself. */
    protected int framesThatFillThePort() {
        return 0;
    }

    @BeforeEach
    final void attachToASwitch() throws Exception {
        sw = Switch.create(configure(SwitchConfig.named("contract")
                        .withPool(new PoolConfig(4096, 16, 4096))
                        .withWaitMode(WaitMode.BLOCKING))
                .withoutThreads());
        observed = new ObservedPort(open());
        sw.attach(observed, PortOptions.named(NAME));
        drops = new CapturedDrops(sw, NAME);
        queue = observed.queue().inner();
        context = observed.queue().context();
        attached(this::rounds);
        rounds();
        observed.queue().keepFromWorker(true);
    }

    /** Whether the port itself finds slots for frames that come in; else its outside does, before it sends. */
    protected boolean findsSlotsItself() {
        return true;
    }

    @AfterEach
    final void everySlotIsBackAndEveryDropWasCaptured() throws Exception {
        detach();
        outsideCloses();
        rounds();
        assertEquals(0, sw.slotsInUse(), "slots in use after detach");
        Law.assertHolds(sw);
        drops.close();
        drops.assertSameAs(counters());
        sw.close();
    }

    private void rounds() {
        for (int quiet = 0; quiet < 3; ) {
            quiet = sw.runRounds() == 0 ? quiet + 1 : 0;
        }
    }

    private void detach() {
        if (!detached) {
            detached = true;
            assertTrue(sw.detach(NAME));
        }
    }

    protected final PortCounters counters() {
        return sw.counters().get(NAME);
    }

    protected static byte[] frame(int number) {
        return Frames.untagged(Frames.station(1), Frames.station(2), 60 + number % 40, number);
    }

    // ---- towards the switch ---------------------------------------------------------------------

    /** Receives as a worker would, until so many frames came; they belong to the caller. */
    private List<byte[]> receive(int count, int budget) {
        FrameStore store = context.frames();
        FrameBatch batch = new FrameBatch(64);
        List<byte[]> payloads = new ArrayList<>();
        eventually("frame " + count + " arrives", () -> {
            context.idleWait().poll();
            int n = queue.receive(batch, 1, budget);
            assertTrue(n >= 0 && n <= budget, "received " + n + " on a budget of " + budget);
            for (int i = 1; i <= n; i++) {
                long frame = batch.frames()[i];
                assertTrue(store.pool().contains(frame), Frame.toString(frame));
                payloads.add(store.pool().bytes(frame).toArray(ValueLayout.JAVA_BYTE));
                store.release(frame);
            }
            return payloads.size() >= count;
        });
        return payloads;
    }

    @Test
    void receivesWhatTheOutsideSendsInOrder() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            sent.add(frame(i));
            send(sent.get(i));
        }
        Frames.assertSameOrder(sent, receive(BURST, 64 - 1), "received");
    }

    @Test
    void keepsToTheBudget() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            sent.add(frame(i));
            send(sent.get(i));
        }
        Frames.assertSameOrder(sent, receive(BURST, 3), "received three by three");
        assertEquals(0, queue.receive(new FrameBatch(64), 0, 64), "nothing more");
    }

    @Test
    void chargesReceivedFramesToItsAccount() throws Exception {
        int before = context.frames().used(context.account());
        FrameBatch batch = new FrameBatch(4);
        send(frame(1));
        eventually("a frame arrives", () -> {
            context.idleWait().poll();
            return queue.receive(batch, 0, 1) == 1;
        });
        assertTrue(context.frames().used(context.account()) >= Math.max(1, before));
        assertTrue(context.frames().isExclusive(batch.frames()[0]), "nobody else holds it");
        context.frames().release(batch.frames()[0]);
    }

    @Test
    void receivesTheLongestFrameThatItsMtuAllows() throws Exception {
        byte[] longest = Frames.untagged(Frames.station(1), Frames.station(2), observed.mtuBytes() + 14, 7);
        send(longest);
        Frames.assertSameFrames(List.of(longest), receive(1, 8), "received");
    }

    @Test
    void ringsTheBellWhenInputComesWhileParked() throws Exception {
        observed.queue().keepFromWorker(false);
        rounds();
        long calls = observed.queue().receiveCalls();
        rounds();
        assertEquals(calls, observed.queue().receiveCalls(), "parked: the worker leaves it alone");
        send(frame(1));
        eventually("the worker comes for the frame", () -> {
            context.idleWait().poll();
            sw.runRounds();
            return counters().received() == 1;
        });
        assertEquals(60 + 1, counters().receivedBytes());
        rounds();
    }

    @Test
    void whatFindsNoSlotIsDroppedAndCapturedWhole() throws Exception {
        FrameStore store = context.frames();
        List<Long> kept = takeEverySlot();
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            sent.add(frame(i));
            send(sent.get(i));
        }
        List<byte[]> seen = new ArrayList<>();
        FrameBatch batch = new FrameBatch(64);
        eventually("every frame is taken or dropped", () -> {
            context.idleWait().poll();
            int n = queue.receive(batch, 0, 64);
            for (int i = 0; i < n; i++) {
                seen.add(store.pool().bytes(batch.frames()[i]).toArray(ValueLayout.JAVA_BYTE));
                kept.add(batch.frames()[i]);
            }
            return seen.size() + dropped(DropReason.NO_BUFFER) == BURST;
        });
        kept.forEach(store::release);
        drops.close();
        assertEquals(
                findsSlotsItself(),
                dropped(DropReason.NO_BUFFER) > 0,
                counters().toString());
        seen.addAll(drops.whole(CaptureDirection.IN, DropReason.NO_BUFFER));
        Frames.assertSameOrder(sent, seen, "received, or dropped and captured");
    }

    private List<Long> takeEverySlot() {
        FrameStore store = context.frames();
        List<Long> taken = new ArrayList<>();
        for (long slot = store.allocate(context.account()); slot >= 0; slot = store.allocate(context.account())) {
            taken.add(slot);
        }
        for (long slot = store.allocateLarge(context.account());
                slot >= 0;
                slot = store.allocateLarge(context.account())) {
            taken.add(slot);
        }
        return taken;
    }

    private long dropped(DropReason reason) {
        return counters().ingressDrops().getOrDefault(reason, 0L);
    }

    // ---- towards the outside --------------------------------------------------------------------

    /** Gives frames to the port as a worker would, and tells what was captured of them: they are all dropped. */
    protected final List<byte[]> transmitInVain(List<byte[]> payloads, DropReason reason) {
        transmit(payloads, 1);
        drops.close();
        return drops.whole(CaptureDirection.OUT, reason);
    }

    protected final PortState state() {
        return observed.state();
    }

    /** Gives frames to the port as a worker would. */
    private void transmit(List<byte[]> payloads, int holdersEach) {
        FrameStore store = context.frames();
        long[] frames = new long[payloads.size() + 2];
        for (int i = 0; i < payloads.size(); i++) {
            long empty = store.allocateFor(context.account(), payloads.get(i).length);
            assertTrue(empty >= 0, "a slot to transmit from");
            frames[i + 1] = Frame.withLength(empty, payloads.get(i).length);
            store.pool().bytes(frames[i + 1]).copyFrom(MemorySegment.ofArray(payloads.get(i)));
            store.share(frames[i + 1], holdersEach - 1);
        }
        sw.counters(); // the law counts what a worker enqueues
        context.cells().enqueued(payloads.size());
        context.cells().decided(payloads.size());
        context.cells().received(payloads.size(), 0);
        queue.transmit(frames, 1, payloads.size());
        java.lang.invoke.VarHandle.fullFence();
        queue.flush();
    }

    private List<byte[]> outsideGets(int count) {
        List<byte[]> got = new ArrayList<>();
        eventually("the outside gets " + count + " frames", () -> {
            try {
                context.idleWait().poll();
                got.addAll(received());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return got.size() >= count;
        });
        return got;
    }

    @Test
    void transmitsEveryFrameInOrderAndCountsIt() {
        List<byte[]> payloads = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < BURST; i++) {
            payloads.add(frame(i));
            bytes += payloads.get(i).length;
        }
        transmit(payloads.subList(0, 5), 1);
        transmit(payloads.subList(5, BURST), 1);
        Frames.assertSameOrder(payloads, outsideGets(BURST), "the outside got");
        assertEquals(BURST, counters().transmitted());
        assertEquals(bytes, counters().transmittedBytes());
    }

    @Test
    void transmitsTheLongestFrameThatItsMtuAllows() {
        byte[] longest = Frames.untagged(Frames.station(1), Frames.station(2), observed.mtuBytes() + 14, 9);
        transmit(List.of(longest), 1);
        Frames.assertSameFrames(List.of(longest), outsideGets(1), "the outside got");
    }

    @Test
    void givesUpOneHoldOnASharedFrameAndLeavesItsBytes() {
        byte[] payload = frame(5);
        FrameStore store = context.frames();
        long shared = Frame.withLength(store.allocate(context.account()), payload.length);
        store.pool().bytes(shared).copyFrom(MemorySegment.ofArray(payload));
        store.share(shared, 1);
        context.cells().received(1, 0);
        context.cells().decided(1);
        context.cells().enqueued(1);
        queue.transmit(new long[] {shared}, 0, 1);
        queue.flush();
        Frames.assertSameFrames(List.of(payload), outsideGets(1), "the outside got");
        assertEquals(
                Arrays.toString(payload),
                Arrays.toString(store.pool().bytes(shared).toArray(ValueLayout.JAVA_BYTE)));
        store.release(shared);
    }

    @Test
    void aFullTargetDropsWithAReasonAndReleases() {
        int count = framesThatFillThePort();
        for (int sent = 0; sent < count; sent += BURST) {
            List<byte[]> payloads = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                payloads.add(frame(i));
            }
            transmit(payloads, 1);
        }
        PortCounters counters = counters();
        assertEquals(0, counters.egressInFlight(), "transmitted or dropped by name: " + counters);
        assertEquals(count > 0, !counters.egressDrops().isEmpty(), "dropped " + counters.egressDrops());
        Law.assertHolds(sw);
    }

    // ---- life -----------------------------------------------------------------------------------

    @Test
    void detachGivesBackFramesThatWaitOnEitherSide() throws Exception {
        for (int i = 0; i < BURST; i++) {
            send(frame(i));
        }
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            payloads.add(frame(i));
        }
        transmit(payloads, 1);
        detach(); // slots are looked at after every test
    }

    @Test
    void saysWhatItIs() {
        assertNotNull(observed.spec());
        assertTrue(observed.spec().contains(":"), observed.spec());
        assertTrue(observed.mtuBytes() >= 68, "MTU " + observed.mtuBytes());
        assertEquals(PortState.UP, observed.state());
        assertFalse(observed.queues().isEmpty());
        assertEquals(0, observed.peerDropped());
    }

    @Test
    void cannotBeAttachedTwice() {
        assertThrows(PortException.class, () -> sw.attach(observed, PortOptions.named("again")));
        assertEquals(1, sw.ports().size());
        assertEquals(PortState.UP, observed.state(), "and stays in service");
    }

    @Test
    void closeIsIdempotent() {
        detach();
        observed.close();
        observed.close();
    }
}
