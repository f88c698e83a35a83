// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.function.LongSupplier;
import weir.core.fdb.FdbConfig;
import weir.core.frame.FrameBatch;

/**
 * How a switch's workers run.
 *
 * @param batchFrames frames decided together, 1 to 256
 * @param waitMode what a round without work leads to
 * @param idleWait makes what a worker waits with, on the worker's thread
 * @param nanoClock monotonic nanoseconds; tests bring their own
 * @param fdb limits of each worker's forwarding database
 * @param forwardBpdus flood spanning tree BPDUs instead of dropping them
 * @param hook runs once a round in every worker
 */
public record WorkerConfig(
        int batchFrames,
        WaitMode waitMode,
        IdleWait.Factory idleWait,
        LongSupplier nanoClock,
        FdbConfig fdb,
        boolean forwardBpdus,
        WorkerHook hook) {
    public WorkerConfig {
        if (batchFrames < 1 || batchFrames > FrameBatch.MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "batch of " + batchFrames + " frames is out of range [1, " + FrameBatch.MAX_CAPACITY + "]");
        }
    }

    public WorkerConfig withBatchFrames(int frames) {
        return new WorkerConfig(frames, waitMode, idleWait, nanoClock, fdb, forwardBpdus, hook);
    }

    public WorkerConfig withWaitMode(WaitMode mode) {
        return new WorkerConfig(batchFrames, mode, idleWait, nanoClock, fdb, forwardBpdus, hook);
    }

    public WorkerConfig withIdleWait(IdleWait.Factory factory) {
        return new WorkerConfig(batchFrames, waitMode, factory, nanoClock, fdb, forwardBpdus, hook);
    }

    public WorkerConfig withClock(LongSupplier clock) {
        return new WorkerConfig(batchFrames, waitMode, idleWait, clock, fdb, forwardBpdus, hook);
    }

    public WorkerConfig withFdb(FdbConfig limits) {
        return new WorkerConfig(batchFrames, waitMode, idleWait, nanoClock, limits, forwardBpdus, hook);
    }

    public WorkerConfig withForwardBpdus(boolean forward) {
        return new WorkerConfig(batchFrames, waitMode, idleWait, nanoClock, fdb, forward, hook);
    }

    public WorkerConfig withHook(WorkerHook work) {
        return new WorkerConfig(batchFrames, waitMode, idleWait, nanoClock, fdb, forwardBpdus, work);
    }
}
