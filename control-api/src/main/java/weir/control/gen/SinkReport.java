// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.report.LawReport;

/**
 * What came to a sink.
 *
 * @param spec of the port
 * @param received frames, and their bytes without FCS
 * @param drops frames that came and were refused, by reason; reasons without drops absent
 * @param peerDropped frames that the system behind the port dropped
 * @param seconds from the first frame to the last
 * @param pps received frames a second
 * @param bitsPerSecond of those, without FCS, preamble and gap
 * @param stamped frames with a generator's stamp
 * @param strangers of those, frames of generators beyond the first 64
 * @param implausible of those, frames whose time is of another clock
 * @param lost numbers that are missing, all streams together
 * @param duplicates numbers that came again
 * @param reordered frames that came behind one with a higher number
 * @param streams one for each generator, in the order in which they appeared
 * @param latency from making a frame to its arrival here; null without stamps of this machine
 * @param intervals one for each second
 * @param law whether every frame is accounted for
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SinkReport(
        String spec,
        long received,
        long receivedBytes,
        Map<String, Long> drops,
        long peerDropped,
        double seconds,
        double pps,
        double bitsPerSecond,
        long stamped,
        long strangers,
        long implausible,
        long lost,
        long duplicates,
        long reordered,
        List<StreamReport> streams,
        @Nullable Latency latency,
        List<Interval> intervals,
        LawReport law) {

    /**
     * The frames of one generator, by their numbers.
     *
     * @param first lowest number that came; what was lost before it does not show
     * @param last highest number that came; what was lost behind it does not show
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record StreamReport(
            int stream, long first, long last, long received, long lost, long duplicates, long reordered) {}

    /** Microseconds; each known to 0.1 %. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Latency(
            long frames,
            double minUs,
            double meanUs,
            double p50Us,
            double p90Us,
            double p99Us,
            double p999Us,
            double maxUs) {
        private static final double NANOS_PER_MICRO = 1e3;

        /** Of times in nanoseconds; null of none. */
        public static @Nullable Latency of(Histogram nanos) {
            return nanos.getTotalCount() == 0
                    ? null
                    : new Latency(
                            nanos.getTotalCount(),
                            nanos.getMinValue() / NANOS_PER_MICRO,
                            nanos.getMean() / NANOS_PER_MICRO,
                            nanos.getValueAtPercentile(50) / NANOS_PER_MICRO,
                            nanos.getValueAtPercentile(90) / NANOS_PER_MICRO,
                            nanos.getValueAtPercentile(99) / NANOS_PER_MICRO,
                            nanos.getValueAtPercentile(99.9) / NANOS_PER_MICRO,
                            nanos.getMaxValue() / NANOS_PER_MICRO);
        }
    }

    /**
     * About a second of it.
     *
     * @param atSeconds when it ended
     * @param seconds how long it was
     * @param latency of the frames of this second; null without stamps
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Interval(
            double atSeconds,
            double seconds,
            long frames,
            long bytes,
            @Nullable Latency latency) {
        public double pps() {
            return Rates.perSecond(frames, seconds);
        }

        public double bitsPerSecond() {
            return Rates.perSecond(bytes * Byte.SIZE, seconds);
        }
    }
}
