// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.report.LawReport;

/**
 * What a generator did.
 *
 * @param spec of the port
 * @param generated frames made
 * @param transmitted frames that the port took, and their bytes without FCS
 * @param drops frames that the port did not take, by reason; reasons without drops absent
 * @param skipped frames that could not be made in time, and were left out
 * @param peerDropped frames that the system behind the port dropped
 * @param received frames that came from the port, and were ignored
 * @param seconds from the first frame to the last, or until the time was over
 * @param pps transmitted frames a second
 * @param bitsPerSecond of those, without FCS, preamble and gap
 * @param intervals one for each second
 * @param law whether every frame is accounted for
 */
@JsonNaming(SnakeCaseStrategy.class)
public record GenReport(
        String spec,
        long generated,
        long transmitted,
        long transmittedBytes,
        Map<String, Long> drops,
        long skipped,
        long peerDropped,
        long received,
        double seconds,
        double pps,
        double bitsPerSecond,
        List<Interval> intervals,
        LawReport law) {

    /**
     * About a second of it.
     *
     * @param atSeconds when it ended
     * @param seconds how long it was
     * @param frames that the port took, and their bytes
     * @param dropped frames that it did not take
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Interval(double atSeconds, double seconds, long frames, long bytes, long dropped) {
        public double pps() {
            return Rates.perSecond(frames, seconds);
        }

        public double bitsPerSecond() {
            return Rates.perSecond(bytes * Byte.SIZE, seconds);
        }
    }

    /** All frames that the port did not take. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }
}
