// SPDX-License-Identifier: Apache-2.0
package weir.core.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.port.QueueContext;
import weir.core.ring.SpscRing;
import weir.core.worker.Doorbell;

/**
 * The user's side of a {@link MemoryPort}: one thread at a time. Frames are packed {@code long}s (see
 * {@link Frame}) whose bytes are reached through {@link #bytes}.
 *
 * <p>Ownership: a frame from {@link #allocate} or {@link #receive} is the caller's until it goes to
 * {@link #send} or {@link #release}, here or at another endpoint of the same worker. A received frame
 * may be shared with other receivers: read it, send it on or release it, but do not write to it unless
 * {@link #isExclusive} says so.
 */
public final class MemoryEndpoint implements AutoCloseable {
    private final MemoryRings rings;
    private final MemoryQueue queue;
    private final String name;
    private final SpscRing.Producer submitted;
    private final SpscRing.Producer returned;
    private final SpscRing.Consumer delivered;
    private final SpscRing.Consumer empty;
    private @Nullable QueueContext context;
    private @Nullable Doorbell doorbell;
    private boolean closed;

    MemoryEndpoint(MemoryRings rings, MemoryQueue queue, String name) {
        this.rings = rings;
        this.queue = queue;
        this.name = name;
        submitted = rings.submitted.producer();
        returned = rings.returned.producer();
        delivered = rings.delivered.consumer();
        empty = rings.empty.consumer();
    }

    private QueueContext context() {
        QueueContext known = context;
        if (known == null) {
            known = queue.everAttachedTo();
            if (known == null) {
                throw new IllegalStateException("memory port " + name + " is not attached to a switch");
            }
            context = known;
        }
        return known;
    }

    private FramePool pool() {
        return context().frames().pool();
    }

    /** Whether frames may be moved between the two endpoints: one worker serves both ports. */
    public boolean sharesWorkerWith(MemoryEndpoint other) {
        return context().frames() == other.context().frames();
    }

    /**
     * Takes empty frames of up to {@link FramePool#MAX_SMALL_FRAME_BYTES}. When the ring runs dry the
     * worker is asked for more, so a caller that gets fewer than it wanted tries again soon.
     *
     * @return frames written to {@code target[from ..]}; 0 when none is at hand
     */
    public int allocate(long[] target, int from, int max) {
        if (closed) {
            return 0;
        }
        int n = empty.take(target, from, max);
        if (n < max && !rings.emptyWanted) {
            rings.emptyWanted = true;
            context().doorbell().ring();
        }
        return n;
    }

    /**
     * Takes one empty frame, waiting for it.
     *
     * @return the frame, or -1 when the time passed or the port has no credit left
     */
    public long allocate(long timeoutNanos) {
        long[] one = new long[1];
        long deadline = System.nanoTime() + timeoutNanos;
        while (allocate(one, 0, 1) == 0) {
            if (System.nanoTime() - deadline >= 0 || closed) {
                return -1;
            }
            Thread.onSpinWait();
        }
        return one[0];
    }

    /**
     * A bounded view of a frame's bytes. For an empty frame give it a length first: {@link
     * Frame#withLength}.
     *
     * @throws IndexOutOfBoundsException when the frame is not inside a slot of the switch's pool
     */
    public MemorySegment bytes(long frame) {
        return pool().bytes(frame);
    }

    /**
     * Makes a frame of the payload, in a fresh slot; -1 when none is at hand. Copies.
     *
     * @throws IllegalArgumentException when the payload is longer than {@link FramePool#MAX_SMALL_FRAME_BYTES}
     */
    public long frameOf(byte[] payload) {
        if (payload.length > FramePool.MAX_SMALL_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "payload of " + payload.length + " bytes is longer than " + FramePool.MAX_SMALL_FRAME_BYTES);
        }
        long frame = allocate(1_000_000_000L);
        if (frame < 0) {
            return -1;
        }
        long sized = Frame.withLength(frame, payload.length);
        bytes(sized).copyFrom(MemorySegment.ofArray(payload));
        return sized;
    }

    /** Whether nobody else holds the frame, so that its bytes may be changed. */
    public boolean isExclusive(long frame) {
        return context().frames().isExclusive(frame);
    }

    /**
     * Hands frames to the switch.
     *
     * @return how many were taken, from the front; the others are still the caller's
     * @throws IllegalArgumentException when a frame does not lie inside a slot of the pool
     */
    public int send(long[] frames, int from, int count) {
        FramePool pool = pool();
        for (int i = from; i < from + count; i++) {
            if (!pool.contains(frames[i]) || Frame.hasOffload(frames[i])) {
                throw new IllegalArgumentException(Frame.toString(frames[i]) + " is not a frame of this switch");
            }
        }
        int n = enqueue(frames, from, count);
        if (n > 0) {
            ring();
        }
        return n;
    }

    /**
     * {@link #send} without the range check and without waking the worker: for frames that came from
     * this switch unchanged, with one {@link #ring} after several calls. A forged frame can crash the
     * JVM.
     */
    public int enqueue(long[] frames, int from, int count) {
        if (closed) {
            return 0;
        }
        int n = submitted.put(frames, from, count);
        submitted.publish();
        return n;
    }

    /** Wakes the worker for what {@link #enqueue} published. */
    public void ring() {
        QueueContext current = queue.context();
        if (current != null) {
            current.doorbell().ring();
        }
    }

    /** {@link #ring} for a caller that has made a full fence, or a hook on the port's own worker, which needs none. */
    public void ringAfterFence() {
        Doorbell known = doorbell;
        if (known == null) {
            known = context().doorbell();
            doorbell = known;
        }
        // A bell of a port that was detached since rings without effect.
        known.ringAfterFence();
    }

    SpscRing.Producer submitted() {
        return submitted;
    }

    /**
     * Takes frames that the switch delivered.
     *
     * @return frames written to {@code target[from ..]}
     */
    public int receive(long[] target, int from, int max) {
        return closed ? 0 : delivered.take(target, from, max);
    }

    /**
     * Waits until a frame was delivered, the port was detached or the time is over.
     *
     * @return whether a frame is there
     */
    public boolean await(long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        queue.setSleeper(Thread.currentThread());
        try {
            VarHandle.fullFence(); // pairs with the worker's fence between publishing and flush()
            long left = deadline - System.nanoTime();
            while (delivered.available() == 0
                    && left > 0
                    && queue.context() != null
                    && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(this, left);
                left = deadline - System.nanoTime();
            }
        } finally {
            queue.setSleeper(null);
        }
        return delivered.available() > 0;
    }

    /** Gives frames back to the pool. Works after the port was detached, too. */
    public void release(long[] frames, int from, int count) {
        QueueContext known = context();
        int n = 0;
        if (!closed && queue.context() != null) { // once closed, the worker's last look may be over
            n = returned.put(frames, from, count);
            returned.publish();
            ring();
        }
        FrameStore store = known.frames();
        for (int i = from + n; i < from + count; i++) {
            store.releaseLater(frames[i]);
        }
    }

    /**
     * Gives back every frame that waits in this port's rings, now or, while the port is attached, when it
     * is detached. Frames in the caller's hands are still the caller's. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        QueueContext known = queue.everAttachedTo();
        FrameStore store = known == null ? null : known.frames();
        if (store != null) {
            releaseAll(delivered, store);
            releaseAll(empty, store);
        }
        if (rings.leave() && store != null) {
            // What raced with the worker's last look at these two.
            releaseAll(rings.submitted.consumer(), store);
            releaseAll(rings.returned.consumer(), store);
        }
    }

    private static void releaseAll(SpscRing.Consumer ring, FrameStore store) {
        long[] one = new long[1];
        while (ring.take(one, 0, 1) > 0) {
            store.releaseLater(one[0]);
        }
    }
}
