// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Until when to wait. Not for several threads. */
final class Deadline {
    /** As a selector understands it. */
    private static final long FOREVER_MILLIS = 0;

    private final @Nullable Duration whole;
    private final long startNanos = System.nanoTime();

    private Deadline(@Nullable Duration whole) {
        this.whole = whole;
    }

    /** So long from now on. */
    static Deadline in(Duration whole) {
        return new Deadline(whole);
    }

    static Deadline never() {
        return new Deadline(null);
    }

    /**
     * What a selector may wait, milliseconds; 0 for ever.
     *
     * @throws DaemonException when the time is over
     */
    long millisLeft() {
        if (whole == null) {
            return FOREVER_MILLIS;
        }
        long left = whole.toNanos() - (System.nanoTime() - startNanos);
        if (left <= 0) {
            throw new DaemonException(
                    DaemonException.Kind.UNREACHABLE,
                    "the daemon does not answer within " + text(whole),
                    "see whether it is busy or stuck: its log, 'systemctl status weir'",
                    null);
        }
        return TimeUnit.NANOSECONDS.toMillis(left) + 1;
    }

    private static String text(Duration time) {
        return time.toMillis() % TimeUnit.SECONDS.toMillis(1) == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
