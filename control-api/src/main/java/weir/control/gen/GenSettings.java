// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the generator is to do.
 *
 * @param traffic its frames, when there is no capture
 * @param capture file whose frames are sent instead, over and over; null for none
 * @param ratePps frames a second; {@link #UNLIMITED}
 * @param burst frames that are sent together
 * @param limits when to stop
 * @param busy never sleep between frames
 */
public record GenSettings(
        Traffic traffic, @Nullable Path capture, double ratePps, int burst, GenLimits limits, boolean busy) {
    /** As fast as the port takes frames. */
    public static final double UNLIMITED = Pace.UNLIMITED;

    /** Most frames of a burst. */
    public static final int MAX_BURST = 65_536;

    private static final double MIN_RATE_PPS = 0.001;
    private static final double MAX_RATE_PPS = 1e9;

    public GenSettings {
        if (ratePps != UNLIMITED && !(ratePps >= MIN_RATE_PPS && ratePps <= MAX_RATE_PPS)) {
            throw new IllegalArgumentException("rate " + ratePps + " pps is out of range [0.001, 1000000000]");
        }
        if (burst < 1 || burst > MAX_BURST) {
            throw new IllegalArgumentException("burst " + burst + " is out of range [1, " + MAX_BURST + "]");
        }
    }
}
