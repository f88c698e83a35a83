// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import weir.core.counter.PortCells;
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

    /** How the worker waits; a queue on a file descriptor registers there. */
    IdleWait idleWait();

    /** Tells the worker that input arrived; its {@link Doorbell#ring()} may be called by any thread. */
    Doorbell doorbell();

    /** Tells the switch that the port's state changed. Any thread; repeated states are ignored. */
    void stateChanged(PortState state, String cause);
}
