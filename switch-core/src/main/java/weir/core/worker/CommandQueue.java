// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What control threads want done on a worker's thread. Bounded; the worker takes commands between
 * batches, and looks at one flag when there are none.
 */
final class CommandQueue {
    private static final int CAPACITY = 1024;
    private static final long RETRY_NANOS = 1_000_000;
    private static final long LOOK_NANOS = 20_000;
    private static final int ANSWER_WITHIN_SECONDS = 30;

    private final ArrayBlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final WakeupList wakeups;
    private volatile boolean waiting;

    /** Passages that control threads asked for, and the last one that the worker answered. */
    private final AtomicInteger asked = new AtomicInteger();

    private volatile int answered;

    CommandQueue(WakeupList wakeups) {
        this.wakeups = wakeups;
    }

    /**
     * Runs a command on the worker and waits for its result. Control threads only.
     *
     * @throws Exception whatever the command threw
     * @throws IllegalStateException when the worker does not take the command in time
     */
    <T> T call(Callable<T> command) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                answer.complete(command.call());
            } catch (Throwable failure) {
                answer.completeExceptionally(failure);
            }
        };
        // Not interruptible: half a detach would leave a port that nobody can close any more.
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_WITHIN_SECONDS);
        try {
            while (!queue.offer(task)) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new IllegalStateException("the worker's command queue is full");
                }
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
            waiting = true;
            wakeups.wakeIfAsleep();
            while (true) {
                try {
                    return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("the worker did not answer within " + ANSWER_WITHIN_SECONDS + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Asks the worker to say when it is between two batches. Cheaper for it than a command: it stores a number, and nobody
     * has to be woken by it.
     *
     * @return what to wait for with {@link #awaitPassage}
     */
    int askForPassage() {
        int passage = asked.incrementAndGet();
        waiting = true;
        wakeups.wakeIfAsleep();
        return passage;
    }

    /**
     * Waits for what was asked for: every batch that the worker began before is over.
     *
     * @throws IllegalStateException when the worker does not answer in time
     */
    void awaitPassage(int passage) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_WITHIN_SECONDS);
        boolean interrupted = false;
        while (answered - passage < 0) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IllegalStateException("the worker did not answer within " + ANSWER_WITHIN_SECONDS + " s");
            }
            interrupted |= Thread.interrupted(); // parking would not wait
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isEmpty() {
        return !waiting;
    }

    /** Worker: runs what has been posted; returns how many commands. */
    int drain() {
        if (!waiting) {
            return 0;
        }
        waiting = false;
        answered = asked.get();
        int n = 0;
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
            n++;
        }
        return n;
    }
}
