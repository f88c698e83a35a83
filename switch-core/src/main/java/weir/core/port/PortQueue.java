// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import org.jspecify.annotations.Nullable;
import weir.core.frame.FrameBatch;
import weir.core.ring.SpscRing;

/**
 * One queue pair of a port. Every method is called by the one worker that owns the queue, on its
 * thread, and none may block, throw or allocate once {@link #attach} returned. Frames are slots of the
 * worker's pool; who owns them is said at each method.
 */
public interface PortQueue {
    /**
     * Starts service. The queue keeps the context for its whole life.
     *
     * @throws PortException when the queue cannot work with this worker; nothing is left behind then
     */
    void attach(QueueContext context) throws PortException;

    /**
     * Takes frames that arrived. Each returned frame belongs to the caller; its slot is charged to
     * {@link QueueContext#account()}.
     *
     * @param batch where to write: {@code batch.frames()[from .. from + budgetFrames)}
     * @param from first index to write
     * @param budgetFrames most frames to take, at least 1
     * @return frames written; 0 when nothing is there
     */
    int receive(FrameBatch batch, int from, int budgetFrames);

    /**
     * Sends frames, in order. All of them belong to the queue from now on: it releases each one when it
     * is done with it, and counts it as transmitted, or as dropped with a reason when the target has no
     * room. Frames may be shared, so their bytes must not change.
     */
    void transmit(long[] frames, int from, int count);

    /**
     * Called once for every queue that {@link #transmit} was called on, after all destinations of a
     * batch were served and after a full fence: the place to wake a sleeping reader or to kick a ring.
     */
    void flush();

    /**
     * The ring that frames leave by, for a queue that does nothing else with them. The worker then writes
     * frames there one by one as it decides, publishes once a batch, counts them as transmitted, drops
     * as {@code queue_full} what finds no room, and calls {@link #flush} only when the ring's consumer
     * waits; it does not call {@link #transmit}. Asked once, after {@link #attach}.
     *
     * @return the writing end, which is the worker's until {@link #detach}; null for all other queues
     */
    default SpscRing.@Nullable Producer egressRing() {
        return null;
    }

    /**
     * Whether frames may be waiting. Asked before the worker stops polling this queue; a queue that
     * answers false rings {@link QueueContext#doorbell()} when input arrives later.
     */
    boolean hasInput();

    /**
     * Whether {@link #receive} makes system calls, so that the worker looks at the clock and at
     * readiness in every round.
     */
    default boolean usesSystemCalls() {
        return false;
    }

    /** Ends service: every slot the queue still holds is released. No call follows. */
    void detach();
}
