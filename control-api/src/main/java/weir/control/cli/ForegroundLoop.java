// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits in the foreground until Ctrl-C or until the work says that it is over, and does something every second. */
final class ForegroundLoop {
    private static final int LOOK_EVERY_MILLIS = 20;

    private ForegroundLoop() {}

    /**
     * Waits.
     *
     * @param everySecond called after each whole second, and once more for what is left when it is more than half of one
     */
    static void run(StopSignal signal, BooleanSupplier isOver, Runnable everySecond) {
        long second = TimeUnit.SECONDS.toNanos(1);
        long next = System.nanoTime() + second;
        while (!isOver.getAsBoolean() && !signal.await(LOOK_EVERY_MILLIS)) {
            if (System.nanoTime() - next >= 0) {
                everySecond.run();
                next += second;
            }
        }
        if (next - System.nanoTime() < second / 2) {
            everySecond.run();
        }
    }
}
