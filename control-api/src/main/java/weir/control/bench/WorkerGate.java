// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import weir.core.worker.WorkerHook;

/**
 * A worker's hook that control threads exchange, and with which they can hold the worker. Costs the
 * worker one volatile read a round. A worker that is held takes no commands either, so the gate must be
 * open when ports are attached or the switch is closed.
 */
final class WorkerGate implements WorkerHook {
    private volatile WorkerHook target = WorkerHook.NONE;

    @Override
    public int run() {
        return target.run();
    }

    /** Runs this hook from the next round on. */
    void open(WorkerHook hook) {
        WorkerHook before = target;
        target = hook;
        if (before instanceof Barrier barrier) {
            barrier.release();
        }
    }

    /** Returns when the worker stands still. */
    void shut() throws InterruptedException {
        Barrier barrier = new Barrier();
        target = barrier;
        barrier.entered.await();
    }

    private final class Barrier implements WorkerHook {
        private final CountDownLatch entered = new CountDownLatch(1);
        private volatile Thread worker = Thread.currentThread();

        @Override
        public int run() {
            worker = Thread.currentThread();
            entered.countDown();
            while (target == this) {
                LockSupport.park(this);
            }
            return 0;
        }

        void release() {
            LockSupport.unpark(worker);
        }
    }
}
