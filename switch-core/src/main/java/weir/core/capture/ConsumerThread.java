// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that gives to a consumer what workers noted for it. It looks by itself, so that workers need neither a fence
 * nor a wake-up. What the consumer throws, which may be anything, ends its supply, and it hears of the end all the same.
 */
public final class ConsumerThread {
    private static final long CLOSE_MILLIS = 10_000;

    private final Thread thread;
    private final Runnable whenFailed;
    private volatile boolean finishing;
    private volatile @Nullable Throwable failure;

    /**
     * Not started yet.
     *
     * @param body looks until {@link #isFinishing} and nothing is left, or the consumer {@link #hasFailed}
     * @param whenFailed after each call that failed: nothing more is wanted
     */
    public ConsumerThread(String name, Runnable body, Runnable whenFailed) {
        this.whenFailed = whenFailed;
        thread = Thread.ofPlatform().name(name).daemon(true).unstarted(body);
    }

    /** A call of the consumer. */
    @FunctionalInterface
    public interface Call {
        void make() throws IOException;
    }

    public void start() {
        thread.start();
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Whether workers note nothing more. */
    public boolean isFinishing() {
        return finishing;
    }

    public boolean hasFailed() {
        return failure != null;
    }

    /** What the consumer threw. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Calls the consumer, on this thread; whether it went well. */
    public boolean attempt(Call call) {
        try {
            call.make();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            whenFailed.run();
            return false;
        }
    }

    /** Tells it the end, on this thread. One that failed hears of it, too, but what it says then is not the cause. */
    public void attemptEnd(Call flush, Call end) {
        attempt(flush);
        Throwable cause = failure;
        attempt(end);
        if (cause != null) {
            failure = cause;
        }
    }

    /** Waits on this thread, until it is to finish or the time is over. */
    public void nap(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    /** Ends the thread, when what is there was given; waits for that, but not longer than 10 s. Workers have let go. */
    public void finish() {
        finishing = true;
        LockSupport.unpark(thread);
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + CLOSE_MILLIS * 1_000_000;
        while (thread.isAlive() && deadline - System.nanoTime() > 0) {
            try {
                thread.join(CLOSE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
