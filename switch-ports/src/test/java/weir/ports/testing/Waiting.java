// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.util.function.BooleanSupplier;

/** Waits for what another thread or the kernel does. */
public final class Waiting {
    private Waiting() {}

    /** Waits until it holds, and returns after how many milliseconds it did; an error when the time is over. */
    public static long within(long millis, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > millis * 1_000_000) {
                throw new AssertionError("not within " + millis + " ms");
            }
            sleep(2);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    public static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
