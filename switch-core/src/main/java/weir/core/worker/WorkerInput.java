// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

/** Something that a worker polls for work: a port's queue or the ring from another worker. */
abstract class WorkerInput {
    /** Index in the worker's list of polled inputs, or -1 while parked. */
    int polledAt = -1;

    /** Rounds in a row that found nothing. */
    int emptyRounds;

    /** Set when the input is gone; a late doorbell then does nothing. */
    boolean closed;

    /** Does what is there to do, bounded by one batch; returns frames or messages handled. */
    abstract int poll();

    /** Whether polling would find something; called on the worker's thread. */
    abstract boolean hasInput();

    public abstract Doorbell doorbell();

    boolean usesSystemCalls() {
        return false;
    }
}
