// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.time.Duration;

/** Ends of the threads that own files. */
final class Threads {
    private Threads() {}

    /** Waits for a thread that was told to end; a disk that hangs is left behind with its daemon thread. */
    static void join(Thread thread, int seconds) {
        try {
            boolean _ = thread.join(Duration.ofSeconds(seconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
