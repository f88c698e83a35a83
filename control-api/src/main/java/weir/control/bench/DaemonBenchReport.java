// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench daemon} gave.
 *
 * @param idle calls while no frame is on its way
 * @param loaded calls while the switch forwards as much as it can
 * @param aloneMpps million frames a second that came out of it while nobody asked anything
 * @param askedMpps the same with a scrape of the metrics and ten calls a second
 * @param ratio of the second through the first, pair by pair
 * @param scrapes that were made meanwhile
 * @param lawHolds every frame was accounted for; a run where it does not hold ends the benchmark
 */
@JsonNaming(SnakeCaseStrategy.class)
public record DaemonBenchReport(
        String benchmark,
        MachineFacts machine,
        DaemonBenchSettings settings,
        Calls idle,
        Calls loaded,
        PairStatistics aloneMpps,
        PairStatistics askedMpps,
        PairStatistics ratio,
        long scrapes,
        boolean lawHolds) {
    /** Calls of the API: all of them, those that only read, and those that change something. */
    public record Calls(Latency all, Latency reads, Latency changes) {
        static Calls of(Histogram reads, Histogram changes) {
            Histogram all = reads.copy();
            all.add(changes);
            return new Calls(Latency.of(all), Latency.of(reads), Latency.of(changes));
        }
    }

    /** From the call to its answer, read to its end; milliseconds. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Latency(long calls, double p50Ms, double p99Ms, double maxMs) {
        private static final double NANOS_PER_MILLI = 1e6;
        private static final double MEDIAN = 50;
        private static final double LATE = 99;

        private static Latency of(Histogram nanos) {
            return new Latency(
                    nanos.getTotalCount(),
                    nanos.getValueAtPercentile(MEDIAN) / NANOS_PER_MILLI,
                    nanos.getValueAtPercentile(LATE) / NANOS_PER_MILLI,
                    nanos.getMaxValue() / NANOS_PER_MILLI);
        }
    }

    static PairStatistics ratio(List<Double> asked, List<Double> alone) {
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < asked.size(); pair++) {
            ratios.add(asked.get(pair) / alone.get(pair));
        }
        return PairStatistics.of(ratios);
    }
}
