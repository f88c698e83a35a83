// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import weir.core.capture.CaptureCounters;

/**
 * What captures of a switch counted together, those that have ended included.
 *
 * @param running captures that have not ended
 * @param captured frames copied
 * @param lost frames that found no room
 */
public record CaptureTotals(int running, long captured, long lost) {
    /** No capture ever was. */
    public static final CaptureTotals NONE = new CaptureTotals(0, 0, 0);

    /** With one more that has ended. */
    CaptureTotals plusEnded(CaptureCounters counters) {
        return new CaptureTotals(running, captured + counters.captured(), lost + counters.lost());
    }

    CaptureTotals plus(CaptureTotals other) {
        return new CaptureTotals(running + other.running, captured + other.captured, lost + other.lost);
    }

    /** With one more that runs. */
    CaptureTotals plusRunning(CaptureCounters counters) {
        return new CaptureTotals(running + 1, captured + counters.captured(), lost + counters.lost());
    }
}
