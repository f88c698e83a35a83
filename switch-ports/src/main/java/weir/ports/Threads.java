// SPDX-License-Identifier: Apache-2.0
package weir.ports;

/** What is done with threads that use what is to be closed. */
public final class Threads {
    private Threads() {}

    /** Waits for the end of a thread, as closing what it uses has to; an interrupt is kept for the caller. */
    public static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
