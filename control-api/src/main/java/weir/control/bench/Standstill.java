// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.concurrent.TimeUnit;

/**
 * Whether nothing moves from here on. A slice of a benchmark in which one side got no time at all, on a machine that is
 * overcommitted, is prolonged. One thread.
 */
final class Standstill {
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long start = System.nanoTime();

    /**
     * Whether it lasts.
     *
     * @param moved frames since this was made
     * @throws IllegalStateException when it has lasted too long to be the machine's
     */
    boolean lasts(long moved) {
        if (moved == 0 && System.nanoTime() - start > LONGEST_NANOS) {
            throw new IllegalStateException(
                    "no frame moved for " + TimeUnit.NANOSECONDS.toSeconds(LONGEST_NANOS) + " s");
        }
        return moved == 0;
    }
}
