// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.concurrent.locks.LockSupport;

/**
 * How a worker waits when nothing is to be done. {@link #poll} and {@link #await} belong to the
 * worker's thread; {@link #wakeup} to any thread.
 */
public interface IdleWait extends AutoCloseable {
    /** Makes one for a worker; called on that worker's thread. */
    @FunctionalInterface
    interface Factory {
        IdleWait create(Thread worker);
    }

    /** Collects what became ready (file descriptors) without waiting. */
    void poll();

    /**
     * Waits until {@link #wakeup}, until something became ready, or until the time is over. May return
     * early for no reason. A wake-up that came before the call makes it return at once.
     */
    void await(long timeoutNanos);

    /** Ends the current or the next {@link #await}. */
    void wakeup();

    /** Frees what the waiter holds; the worker's last call. */
    @Override
    void close();

    /** Waits by parking the thread; for workers without file descriptors. */
    static IdleWait parking(Thread worker) {
        return new IdleWait() {
            @Override
            public void poll() {
                // Nothing but wake-ups, which await() takes by itself.
            }

            @Override
            public void await(long timeoutNanos) {
                LockSupport.parkNanos(this, timeoutNanos);
            }

            @Override
            public void wakeup() {
                LockSupport.unpark(worker);
            }

            @Override
            public void close() {
                // The thread is not ours.
            }
        };
    }
}
