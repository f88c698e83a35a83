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

    /** Cells to count transmitted frames of this queue in; drops are counted by the methods below. */
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

    /**
     * The same for a frame that is in no slot: there was none, or it fits none. What there is of it may be captured, so
     * nobody writes there during the call; somebody who is not trusted may.
     *
     * @param address of its first byte
     * @param storedBytes how much of it is there, 0 or more
     * @param lengthBytes of the whole frame
     */
    default void dropIngress(DropReason reason, long address, int storedBytes, int lengthBytes) {
        cells().received(1, lengthBytes);
        cells().dropIngress(reason, 1);
    }

    /** Counts frames that came in and of which neither bytes nor lengths are known: captures do not have them. */
    default void dropUnread(DropReason reason, long frames) {
        cells().received(frames, 0);
        cells().dropIngress(reason, frames);
    }

    /** How the worker waits; a queue on a file descriptor registers there. */
    IdleWait idleWait();

    /** Tells the worker that input arrived; its {@link Doorbell#ring()} may be called by any thread. */
    Doorbell doorbell();

    /** Tells the switch that the port's state changed. Any thread; repeated states are ignored. */
    void stateChanged(PortState state, String cause);
}
