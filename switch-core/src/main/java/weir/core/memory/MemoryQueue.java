// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.port.PortException;
import weir.core.port.PortQueue;
import weir.core.port.QueueContext;
import weir.core.ring.SpscRing;

/** The worker's side of a {@link MemoryPort}. */
public final class MemoryQueue implements PortQueue {
    private static final int SCRATCH_FRAMES = 64;

    private final MemoryRings rings;
    private final boolean isolated;
    private final SpscRing.Consumer submitted;
    private final SpscRing.Consumer returned;
    private final SpscRing.Producer delivered;
    private final SpscRing.Producer empty;
    private final long[] scratch = new long[SCRATCH_FRAMES];
    private volatile @Nullable QueueContext context;
    private volatile @Nullable Thread sleeper;
    private volatile @Nullable QueueContext everAttachedTo;

    // The context's parts, read on every call; set in attach() before the first one.
    private @Nullable FrameStore store;
    private @Nullable PortCells cells;

    MemoryQueue(MemoryRings rings, boolean isolated) {
        this.rings = rings;
        this.isolated = isolated;
        submitted = rings.submitted.consumer();
        returned = rings.returned.consumer();
        delivered = rings.delivered.producer();
        empty = rings.empty.producer();
    }

    /** The worker's context while attached; read by the user's side. */
    @Nullable
    QueueContext context() {
        return context;
    }

    /** The worker's context, kept after the port was detached, since its frames belong there; null before. */
    @Nullable
    QueueContext everAttachedTo() {
        return everAttachedTo;
    }

    /** The user's side is about to park, or no longer is. */
    void setSleeper(@Nullable Thread thread) {
        sleeper = thread;
        rings.delivered.consumer().setWaiting(thread != null);
    }

    @Override
    public SpscRing.@Nullable Producer egressRing() {
        return isolated ? null : delivered;
    }

    private FrameStore store() {
        FrameStore current = store;
        if (current == null) {
            throw new IllegalStateException("memory queue is not attached");
        }
        return current;
    }

    private PortCells cells() {
        PortCells current = cells;
        if (current == null) {
            throw new IllegalStateException("memory queue is not attached");
        }
        return current;
    }

    @Override
    public void attach(QueueContext queueContext) throws PortException {
        if (everAttachedTo != null) {
            throw new PortException("a memory port can be attached once", "make a new MemoryPort");
        }
        store = queueContext.frames();
        cells = queueContext.cells();
        everAttachedTo = queueContext;
        context = queueContext;
    }

    @Override
    public int receive(FrameBatch batch, int from, int budgetFrames) {
        if (returned.available(1) > 0) {
            takeBack();
        }
        if (rings.emptyWanted) {
            fillEmpty();
        }
        return submitted.take(batch.frames(), from, budgetFrames);
    }

    private void takeBack() {
        FrameStore frames = store();
        int n = returned.take(scratch, 0, SCRATCH_FRAMES);
        while (n > 0) {
            frames.release(scratch, 0, n);
            n = returned.take(scratch, 0, SCRATCH_FRAMES);
        }
    }

    private void fillEmpty() {
        rings.emptyWanted = false;
        QueueContext current = context;
        if (current == null) {
            return;
        }
        int account = current.account();
        int room = Math.min(empty.room(), SCRATCH_FRAMES);
        empty.put(scratch, 0, store().allocate(account, scratch, 0, room));
        empty.publish();
        wakeUser();
    }

    @Override
    public void transmit(long[] frames, int from, int count) {
        int n = isolated ? copyAll(frames, from, count) : count;
        int sent = delivered.put(frames, from, n);
        delivered.publish();
        long bytes = 0;
        for (int i = from; i < from + sent; i++) {
            bytes += Frame.length(frames[i]);
        }
        cells().transmitted(sent, bytes);
        if (sent < n) {
            drop(DropReason.QUEUE_FULL, frames, from + sent, n - sent);
            store().release(frames, from + sent, n - sent);
        }
    }

    /** Replaces each frame by a copy of this port's own; those that find no slot are dropped. */
    private int copyAll(long[] frames, int from, int count) {
        FrameStore own = store();
        QueueContext current = context;
        int account = current == null ? 0 : current.account();
        int kept = from;
        for (int i = from; i < from + count; i++) {
            long frame = frames[i];
            long copy = own.copy(frame, account);
            if (copy >= 0) {
                frames[kept++] = copy;
            } else {
                drop(DropReason.NO_BUFFER, frames, i, 1);
            }
            own.release(frame);
        }
        return kept - from;
    }

    private void drop(DropReason reason, long[] frames, int from, int count) {
        QueueContext current = context;
        if (current == null) {
            throw new IllegalStateException("memory queue is not attached");
        }
        current.dropEgress(reason, frames, from, count);
    }

    @Override
    public void flush() {
        wakeUser();
    }

    private void wakeUser() {
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public boolean hasInput() {
        return submitted.available() > 0 || returned.available() > 0 || rings.emptyWanted;
    }

    @Override
    public void detach() {
        context = null;
        FrameStore frames = store();
        takeBack();
        drain(submitted, frames);
        wakeUser();
        // Frames on the other two rings are the user's until it closes the endpoint, if it has not yet.
        if (rings.leave()) {
            takeBack();
            drain(submitted, frames);
            drain(rings.delivered.consumer(), frames);
            drain(rings.empty.consumer(), frames);
        }
    }

    private void drain(SpscRing.Consumer ring, FrameStore frames) {
        for (int n = ring.take(scratch, 0, SCRATCH_FRAMES); n > 0; n = ring.take(scratch, 0, SCRATCH_FRAMES)) {
            frames.release(scratch, 0, n);
        }
    }
}
