// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.function.LongSupplier;
import weir.core.fdb.FdbConfig;
import weir.core.frame.PoolConfig;
import weir.core.frame.PoolMemory;
import weir.core.port.PortOptions;
import weir.core.worker.IdleWait;
import weir.core.worker.WaitMode;
import weir.core.worker.WorkerConfig;
import weir.core.worker.WorkerHook;

/**
 * How a switch is made. Immutable; every {@code with} gives a changed copy.
 *
 * @param name 1 to 15 letters, digits or {@code . _ : -}
 * @param workers threads that move frames, 1 to 64
 * @param pool size of the frame pool
 * @param poolMemory where the pool's bytes come from
 * @param worker how each worker runs
 * @param threads false: no threads are started, the owner calls {@link Switch#runRounds()} itself
 * @param loopGuard whether ports send probes to find loops, and are blocked when they are part of one
 */
public record SwitchConfig(
        String name,
        int workers,
        PoolConfig pool,
        PoolMemory poolMemory,
        WorkerConfig worker,
        boolean threads,
        boolean loopGuard) {
    private static final int DEFAULT_BATCH_FRAMES = 64;
    private static final int MAX_WORKERS = 64;

    public SwitchConfig {
        if (PortOptions.named(name).name().isEmpty()) {
            throw new IllegalArgumentException("a switch needs a name");
        }
        if (workers < 1 || workers > MAX_WORKERS) {
            throw new IllegalArgumentException("workers " + workers + " is out of range [1, " + MAX_WORKERS + "]");
        }
    }

    /** One adaptive worker, batches of 64, the default pool and forwarding database. */
    public static SwitchConfig named(String name) {
        WorkerConfig worker = new WorkerConfig(
                DEFAULT_BATCH_FRAMES,
                WaitMode.ADAPTIVE,
                IdleWait::parking,
                System::nanoTime,
                FdbConfig.defaults(),
                false,
                WorkerHook.NONE);
        return new SwitchConfig(name, 1, PoolConfig.DEFAULT, PoolMemory.anonymous(), worker, true, false);
    }

    public SwitchConfig withWorkers(int count) {
        return new SwitchConfig(name, count, pool, poolMemory, worker, threads, loopGuard);
    }

    public SwitchConfig withPool(PoolConfig newPool) {
        return new SwitchConfig(name, workers, newPool, poolMemory, worker, threads, loopGuard);
    }

    public SwitchConfig withPoolMemory(PoolMemory memory) {
        return new SwitchConfig(name, workers, pool, memory, worker, threads, loopGuard);
    }

    /**
     * Looks for loops: every port sends a probe each half second. Off unless asked for, since whoever is behind a port
     * sees them. {@link weir.core.loop.LoopGuard} says how ports are chosen.
     */
    public SwitchConfig withLoopGuard(boolean guard) {
        return new SwitchConfig(name, workers, pool, poolMemory, worker, threads, guard);
    }

    /** The owner drives the workers by {@link Switch#runRounds()}: deterministic, for tests. */
    public SwitchConfig withoutThreads() {
        return new SwitchConfig(name, workers, pool, poolMemory, worker, false, loopGuard);
    }

    public SwitchConfig withBatchFrames(int frames) {
        return withWorker(worker.withBatchFrames(frames));
    }

    public SwitchConfig withWaitMode(WaitMode mode) {
        return withWorker(worker.withWaitMode(mode));
    }

    public SwitchConfig withIdleWait(IdleWait.Factory factory) {
        return withWorker(worker.withIdleWait(factory));
    }

    public SwitchConfig withClock(LongSupplier nanoClock) {
        return withWorker(worker.withClock(nanoClock));
    }

    public SwitchConfig withFdb(FdbConfig fdb) {
        return withWorker(worker.withFdb(fdb));
    }

    public SwitchConfig withForwardBpdus(boolean forward) {
        return withWorker(worker.withForwardBpdus(forward));
    }

    public SwitchConfig withHook(WorkerHook hook) {
        return withWorker(worker.withHook(hook));
    }

    private SwitchConfig withWorker(WorkerConfig newWorker) {
        return new SwitchConfig(name, workers, pool, poolMemory, newWorker, threads, loopGuard);
    }
}
