// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench swap} gave.
 *
 * @param batchFrames frames in each batch
 * @param without windows in which nothing was exchanged
 * @param with windows with an exchange
 * @param ratio of the medians of their longest batches, by the clock
 * @param cpuRatio the same by the worker's CPU time, which has no part of what else runs on the machine
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SwapBenchReport(
        String benchmark,
        MachineFacts machine,
        SwapBenchSettings settings,
        int batchFrames,
        Windows without,
        Windows with,
        double ratio,
        double cpuRatio) {
    /**
     * Windows of one sort.
     *
     * @param worstMicros the longest batch of each window by the clock, in the order in which they were measured
     * @param worstCpuMicros the longest by the worker's CPU time
     * @param meanMicros of a batch, the median over the windows
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Windows(PairStatistics worstMicros, PairStatistics worstCpuMicros, double meanMicros) {
        private static final double NANOS_PER_MICRO = 1e3;

        static Windows of(List<RoundTimer.Window> windows) {
            return new Windows(
                    PairStatistics.of(windows.stream()
                            .map(window -> window.worstNanos() / NANOS_PER_MICRO)
                            .toList()),
                    PairStatistics.of(windows.stream()
                            .map(window -> window.worstCpuNanos() / NANOS_PER_MICRO)
                            .toList()),
                    PairStatistics.median(windows.stream()
                            .map(window -> window.nanos() / NANOS_PER_MICRO / window.rounds())
                            .toList()));
        }
    }

    static SwapBenchReport of(
            MachineFacts machine,
            SwapBenchSettings settings,
            int batchFrames,
            List<RoundTimer.Window> without,
            List<RoundTimer.Window> with) {
        Windows quiet = Windows.of(without);
        Windows swapped = Windows.of(with);
        return new SwapBenchReport(
                "swap",
                machine,
                settings,
                batchFrames,
                quiet,
                swapped,
                swapped.worstMicros().median() / quiet.worstMicros().median(),
                swapped.worstCpuMicros().median() / quiet.worstCpuMicros().median());
    }
}
