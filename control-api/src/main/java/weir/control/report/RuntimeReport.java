// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.core.Switch;
import weir.core.counter.Stage;
import weir.core.counter.WorkerCounters;

/**
 * What the workers of a switch did since it began.
 *
 * @param workers in order of their numbers
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RuntimeReport(List<Worker> workers) {
    /**
     * One of them.
     *
     * @param batchSizes batches by the most frames they may have: 1, 2, 4 and so on; empty ones absent
     * @param framesPerBatch mean; null before the first batch
     * @param sampledFrames frames whose time was taken
     * @param nsPerFrame mean time of each stage for a frame; null before the first sample
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Worker(
            int worker,
            long batches,
            long frames,
            @Nullable Double framesPerBatch,
            Map<Integer, Long> batchSizes,
            long sampledFrames,
            Map<String, @Nullable Double> nsPerFrame) {
        static Worker of(WorkerCounters counters) {
            Map<Integer, Long> bySize = new LinkedHashMap<>();
            for (int i = 0; i < counters.batchesBySize().size(); i++) {
                long batches = counters.batchesBySize().get(i);
                if (batches > 0) {
                    bySize.put(WorkerCounters.sizeBound(i), batches);
                }
            }
            Map<String, @Nullable Double> nanos = new LinkedHashMap<>();
            for (Stage stage : Stage.ALL) {
                nanos.put(stage.label(), counters.sampledFrames() == 0 ? null : counters.nanosPerFrame(stage));
            }
            return new Worker(
                    counters.worker(),
                    counters.batches(),
                    counters.frames(),
                    counters.batches() == 0 ? null : counters.framesPerBatch(),
                    bySize,
                    counters.sampledFrames(),
                    nanos);
        }
    }

    /** Reads a switch; waits for nobody. */
    public static RuntimeReport of(Switch sw) {
        return new RuntimeReport(sw.runtime().stream().map(Worker::of).toList());
    }
}
