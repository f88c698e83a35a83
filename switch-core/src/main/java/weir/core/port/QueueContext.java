// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameStore;
import weir.core.worker.Doorbell;
import weir.core.worker.IdleWait;

/** What a worker lends to a queue it owns. Use on the worker's thread, unless said otherwise. */
public interface QueueContext {
    /** The worker's slots: allocate for received frames, release after transmission. */
    FrameStore frames();

    /** Account that received frames are charged to. */
    int account();

    /** Cells to count transmitted and dropped frames of this queue in. */
    PortCells cells();

    /**
     * Counts frames that the queue was to send and drops, before it releases them: they may be captured.
     *
     * @param frames {@code frames[from .. from + count)}
     */
    default void dropEgress(DropReason reason, long[] frames, int from, int count) {
        cells().dropEgress(reason, count);
    }

    /** Counts a frame that came in and is dropped before the switch has it, before it is released. */
    default void dropIngress(DropReason reason, long frame) {
        cells().received(1, Frame.length(frame));
        cells().dropIngress(reason, 1);
    }

    /** How the worker waits; a queue on a file descriptor registers there. */
    IdleWait idleWait();

    /** Tells the worker that input arrived; its {@link Doorbell#ring()} may be called by any thread. */
    Doorbell doorbell();

    /** Tells the switch that the port's state changed. Any thread; repeated states are ignored. */
    void stateChanged(PortState state, String cause);
}
