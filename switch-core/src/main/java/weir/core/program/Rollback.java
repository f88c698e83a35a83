// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.time.Duration;

/**
 * When a program that replaced another gives way to it again.
 *
 * @param maxFaultRate faults a frame, 0 to 1, above which it does
 * @param minFrames frames that it must have run on before the rate counts
 * @param window after the replacement; when it is over the old program is closed
 */
public record Rollback(double maxFaultRate, long minFrames, Duration window) {
    /** Above 1 % faults of 100 frames or more within 10 s. */
    public static final Rollback DEFAULT = new Rollback(0.01, 100, Duration.ofSeconds(10));

    /** Never; the old program is closed at once. */
    public static final Rollback NEVER = new Rollback(1, Long.MAX_VALUE, Duration.ZERO);

    public Rollback {
        if (!(maxFaultRate >= 0 && maxFaultRate <= 1) || minFrames < 1 || window.isNegative()) {
            throw new IllegalArgumentException("maxFaultRate " + maxFaultRate + ", minFrames " + minFrames + ", window "
                    + window + ": needed are a rate of 0 to 1, 1 frame or more, no negative window");
        }
    }

    boolean isEnabled() {
        return !window.isZero();
    }

    boolean isDue(ProgramCounters counters) {
        long frames = counters.frames() + counters.egressFrames() + counters.cpumapFrames();
        return frames >= minFrames && counters.faults() > maxFaultRate * frames;
    }
}
