// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C or SIGTERM as a request that the command in the foreground answers itself: it finishes, and the
 * process ends with the command's exit code instead of the signal's.
 *
 * <pre>
 *  main thread                    the JVM's thread for the hook
 *  -----------                    ------------------------------
 *  await()          &lt;-- asked --  a signal came
 *  prints, closes
 *  close()          --- done --&gt;  halt(exit code)
 * </pre>
 */
final class StopSignal implements AutoCloseable {
    /** What a shell sees of a process that Ctrl-C ended: 128 and the number of SIGINT. */
    static final int INTERRUPTED = 130;

    private static final int PATIENCE_SECONDS = 10;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("weir-stop").unstarted(this::stop);
    private @Nullable Thread interrupted;
    private final long patienceSeconds;
    private volatile int exitCode = ExitCode.FAILURE.number();

    StopSignal() {
        this(PATIENCE_SECONDS);
    }

    /** @param patienceSeconds how long the command may take to finish; what is not done then is told and left */
    StopSignal(long patienceSeconds) {
        this.patienceSeconds = patienceSeconds;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        asked.countDown();
        interruptWhenAsked();
        try {
            if (done.await(patienceSeconds, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.println("weir: not finished " + patienceSeconds + " s after the signal, and ended as it was\n"
                + "hint: what it made may still be there: see ip netns, ip link");
        Runtime.getRuntime().halt(ExitCode.FAILURE.number());
    }

    /** From now on, until {@link #interruptNobody}, the signal interrupts the calling thread. */
    synchronized void interruptThisThread() {
        interrupted = Thread.currentThread();
        interruptWhenAsked();
    }

    /** From now on the signal does not interrupt. */
    synchronized void interruptNobody() {
        interrupted = null;
    }

    private synchronized void interruptWhenAsked() {
        Thread thread = interrupted;
        if (thread != null && isAsked()) {
            thread.interrupt();
        }
    }

    /** Whether the signal came. */
    boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** Waits for the signal; an interrupt of the calling thread is one, too. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            // The caller ends now, which is what the interrupt asked for.
        }
    }

    /**
     * Waits for the signal, but not longer than a time; an interrupt of the calling thread is one, too.
     *
     * @return whether it came
     */
    boolean await(long millis) {
        try {
            return asked.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true; // the caller ends now, which is what the interrupt asked for
        }
    }

    /** What the process is to return if a signal ends it. */
    void exitWith(int code) {
        exitCode = code;
    }

    /** The command is done; from here on a signal kills the process as usual. */
    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running: it has just been told to go on.
        }
    }
}
