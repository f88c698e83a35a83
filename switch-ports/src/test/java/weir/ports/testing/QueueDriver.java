// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.counter.PortCounters;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.PoolConfig;
import weir.core.frame.PoolMemory;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.PortState;
import weir.core.port.QueueContext;
import weir.core.worker.Doorbell;
import weir.core.worker.IdleWait;
import weir.ports.readiness.EpollIdleWait;

/**
 * Drives one queue as a worker would, step by step on the test's thread, with a pool, counters and a
 * waiter of its own.
 */
public final class QueueDriver implements QueueContext, AutoCloseable {
    private static final int ACCOUNT = 7;
    private static final int BATCH = 64;
    private static final PoolConfig USUAL_POOL = new PoolConfig(1024, 16, 1024);

    private final FramePool pool;
    private final FrameStore store;
    private final PortCells cells = new PortCells();
    private final IdleWait idle;
    private final Doorbell doorbell = newDoorbell();
    private final FrameBatch batch = new FrameBatch(BATCH);
    private final long[] outgoing = new long[BATCH];
    private final PortQueue queue;
    private final ConcurrentLinkedQueue<PortState> states = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> causes = new ConcurrentLinkedQueue<>();
    private final List<Long> kept = new ArrayList<>();
    private final Map<DropReason, Long> egressDropsTold = new EnumMap<>(DropReason.class);
    private final Map<DropReason, Long> ingressDropsTold = new EnumMap<>(DropReason.class);
    private long enqueued;
    private long decided;

    public QueueDriver(PortQueue queue, PoolConfig poolConfig) throws PortException {
        this(queue, poolConfig, new EpollIdleWait(Thread.currentThread()));
    }

    /** With what the worker waits with; closed with this. */
    public QueueDriver(PortQueue queue, IdleWait idle) throws PortException {
        this(queue, USUAL_POOL, idle);
    }

    private QueueDriver(PortQueue queue, PoolConfig poolConfig, IdleWait idle) throws PortException {
        this.queue = queue;
        this.idle = idle;
        pool = new FramePool(poolConfig, 1, PoolMemory.anonymous());
        store = pool.store(0);
        try {
            queue.attach(this);
        } catch (PortException e) {
            idle.close();
            pool.close();
            throw e;
        }
    }

    /** With 1,024 small and 16 large slots. */
    public QueueDriver(PortQueue queue) throws PortException {
        this(queue, USUAL_POOL);
    }

    // The core makes doorbells for its workers only; this one belongs to a worker that never parks.
    private static Doorbell newDoorbell() {
        try {
            Class<?> list = Class.forName("weir.core.worker.WakeupList");
            Class<?> input = Class.forName("weir.core.worker.WorkerInput");
            Constructor<?> newList = list.getDeclaredConstructor(Runnable.class);
            newList.setAccessible(true);
            Constructor<Doorbell> newBell = Doorbell.class.getDeclaredConstructor(list, input);
            newBell.setAccessible(true);
            return newBell.newInstance(newList.newInstance((Runnable) () -> {}), null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("doorbell", e);
        }
    }

    /** One visit: readiness, then up to {@code budget} frames, copied out and released. */
    public List<byte[]> receive(int budget) {
        idle.poll();
        int n = queue.receive(batch, 0, Math.min(budget, BATCH));
        List<byte[]> taken = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            long frame = batch.frames()[i];
            taken.add(pool.bytes(frame).toArray(ValueLayout.JAVA_BYTE));
            store.release(frame);
        }
        count(n, taken);
        return taken;
    }

    private void count(int n, List<byte[]> taken) {
        cells.received(n, taken.stream().mapToLong(f -> f.length).sum());
        cells.decided(n);
        decided += n;
    }

    /** As {@link #receive}, but the slots stay taken until {@link #releaseKept}. */
    public int receiveAndKeep(int budget) {
        idle.poll();
        return receiveAndKeepWithoutLook(budget);
    }

    /** As {@link #receiveAndKeep}, with what is known of readiness already. */
    public int receiveAndKeepWithoutLook(int budget) {
        int n = queue.receive(batch, 0, Math.min(budget, BATCH));
        for (int i = 0; i < n; i++) {
            kept.add(batch.frames()[i]);
        }
        count(n, List.of());
        return n;
    }

    public void releaseKept() {
        kept.forEach(store::release);
        kept.clear();
    }

    /** Visits until a frame fits or the time is over; null then. */
    public byte[] await(Predicate<byte[]> wanted, long timeoutMillis) {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        while (System.nanoTime() - deadline < 0) {
            for (byte[] frame : receive(BATCH)) {
                if (wanted.test(frame)) {
                    return frame;
                }
            }
            if (!queue.hasInput()) {
                idle.await(10_000_000);
            }
        }
        return null;
    }

    /** Sends frames through the queue in one call. */
    public void transmit(byte[]... payloads) {
        long[] frames = new long[payloads.length];
        for (int i = 0; i < payloads.length; i++) {
            long frame = Frame.withLength(store.allocateFor(ACCOUNT, payloads[i].length), payloads[i].length);
            pool.bytes(frame).copyFrom(MemorySegment.ofArray(payloads[i]));
            frames[i] = frame;
        }
        enqueued += frames.length;
        cells.enqueued(frames.length);
        queue.transmit(frames, 0, frames.length);
        queue.flush();
    }

    /** Sends a frame so often, at most 64 times, in one call; without garbage of its own. */
    public void send(MemorySegment payload, int times) {
        int bytes = (int) payload.byteSize();
        for (int i = 0; i < times; i++) {
            outgoing[i] = Frame.withLength(store.allocateFor(ACCOUNT, bytes), bytes);
            MemorySegment.copy(payload, 0, pool.memory(), Frame.position(outgoing[i]), bytes);
        }
        enqueued += times;
        cells.enqueued(times);
        queue.transmit(outgoing, 0, times);
        queue.flush();
    }

    /** One visit: readiness, then what is there, counted and released; without garbage of its own. */
    public int take() {
        idle.poll();
        int n = queue.receive(batch, 0, BATCH);
        cells.received(n, 0);
        cells.decided(n);
        decided += n;
        store.release(batch.frames(), 0, n);
        return n;
    }

    public PortCounters counters() {
        return PortCounters.sum(List.of(cells));
    }

    /** States told so far, oldest first. */
    public List<PortState> states() {
        return List.copyOf(states);
    }

    /** Why, in the order of {@link #states}. */
    public List<String> causes() {
        return List.copyOf(causes);
    }

    public FramePool pool() {
        return pool;
    }

    /** Detaches, and checks that no slot was kept, every frame was counted, and every drop told so that it can be captured. */
    @Override
    public void close() {
        queue.detach();
        idle.close();
        int leaked = pool.slotsInUse();
        pool.close();
        if (leaked != 0) {
            throw new AssertionError(leaked + " slots were not released");
        }
        if (counters().egressInFlight() != 0) {
            throw new AssertionError(counters().egressInFlight() + " of " + enqueued + " frames were not counted");
        }
        if (counters().ingressInFlight() != 0) {
            throw new AssertionError("received is not decided " + decided + " + dropped: " + counters());
        }
        if (!counters().egressDrops().equals(egressDropsTold)
                || !counters().ingressDrops().equals(ingressDropsTold)) {
            throw new AssertionError(
                    "told " + egressDropsTold + " and " + ingressDropsTold + ", but counted " + counters());
        }
    }

    @Override
    public FrameStore frames() {
        return store;
    }

    @Override
    public int account() {
        return ACCOUNT;
    }

    @Override
    public PortCells cells() {
        return cells;
    }

    @Override
    public void dropEgress(DropReason reason, long[] frames, int from, int count) {
        for (int i = from; i < from + count; i++) {
            requireHeld(frames[i]);
        }
        egressDropsTold.merge(reason, (long) count, Long::sum);
        QueueContext.super.dropEgress(reason, frames, from, count);
    }

    @Override
    public void dropIngress(DropReason reason, long frame) {
        requireHeld(frame);
        ingressDropsTold.merge(reason, 1L, Long::sum);
        QueueContext.super.dropIngress(reason, frame);
    }

    @Override
    public void dropIngress(DropReason reason, long address, int storedBytes, int lengthBytes) {
        if (address == 0 || storedBytes < 0 || storedBytes > lengthBytes) {
            throw new AssertionError(storedBytes + " of " + lengthBytes + " bytes at " + address);
        }
        ingressDropsTold.merge(reason, 1L, Long::sum);
        QueueContext.super.dropIngress(reason, address, storedBytes, lengthBytes);
    }

    @Override
    public void dropUnread(DropReason reason, long dropped) {
        ingressDropsTold.merge(reason, dropped, Long::sum);
        QueueContext.super.dropUnread(reason, dropped);
    }

    /** Whoever captures a frame that is dropped reads it: its slot must not be free yet. */
    private void requireHeld(long frame) {
        if (!pool.contains(frame)) {
            throw new AssertionError("no frame of the pool: " + Frame.toString(frame));
        }
        store.share(frame, 1);
        if (store.isExclusive(frame)) {
            throw new AssertionError("dropped, and released before that: " + Frame.toString(frame));
        }
        store.release(frame);
    }

    @Override
    public IdleWait idleWait() {
        return idle;
    }

    @Override
    public Doorbell doorbell() {
        return doorbell;
    }

    @Override
    public void stateChanged(PortState state, String cause) {
        causes.add(cause);
        states.add(state);
    }
}
