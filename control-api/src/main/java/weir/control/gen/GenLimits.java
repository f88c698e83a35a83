// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.concurrent.TimeUnit;

/**
 * When to stop by itself.
 *
 * @param frames after so many; 0 for no such limit
 * @param seconds after so long; 0 for no such limit
 */
public record GenLimits(long frames, double seconds) {
    /** Until somebody says so. */
    public static final GenLimits NONE = new GenLimits(0, 0);

    public GenLimits {
        if (frames < 0 || !(seconds >= 0)) {
            throw new IllegalArgumentException("limits of " + frames + " frames and " + seconds + " s");
        }
    }

    boolean isOver(long elapsedNanos, long framesSoFar) {
        return isReached(framesSoFar) || (seconds > 0 && elapsedNanos >= seconds * TimeUnit.SECONDS.toNanos(1));
    }

    /** Whether the limit of frames is there, whatever the time. */
    boolean isReached(long framesSoFar) {
        return frames > 0 && framesSoFar >= frames;
    }

    /** So many of {@code wanted} frames as the limit lets through. */
    int cap(int wanted, long framesSoFar) {
        return frames == 0 ? wanted : (int) Math.min(wanted, frames - framesSoFar);
    }
}
