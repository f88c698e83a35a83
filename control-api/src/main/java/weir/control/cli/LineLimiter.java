// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many lines a second through and says how many it kept back: events that stations cause, such as an address
 * that flaps, must not fill a log. One thread.
 */
final class LineLimiter {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int linesPerSecond;
    private long windowStart;
    private int shown;
    private long kept;

    LineLimiter(int linesPerSecond, long nowNanos) {
        this.linesPerSecond = linesPerSecond;
        windowStart = nowNanos;
    }

    /** What to print for this line now: nothing, the line, or the line behind word of those that were kept back. */
    List<String> admit(String line, long nowNanos) {
        long keptBefore = 0;
        if (nowNanos - windowStart >= WINDOW_NANOS) {
            windowStart = nowNanos;
            shown = 0;
            keptBefore = kept;
            kept = 0;
        }
        if (shown == linesPerSecond) {
            kept++;
            return List.of();
        }
        shown++;
        return keptBefore == 0 ? List.of(line) : List.of(keptBefore + " events not shown", line);
    }
}
