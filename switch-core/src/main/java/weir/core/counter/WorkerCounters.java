// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.util.List;
import java.util.Map;

/**
 * What one worker did, at one moment.
 *
 * @param worker counted from 0
 * @param batches that it decided; none is empty
 * @param frames of those
 * @param batchesBySize how many had at most 1, 2, 4, ... 256 frames and more than the bound before
 * @param sampledBatches whose time was taken, about one in {@link WorkerCells#BATCHES_PER_SAMPLE}
 * @param sampledFrames of those
 * @param sampledNanos their time by stage; every stage is there
 */
public record WorkerCounters(
        int worker,
        long batches,
        long frames,
        List<Long> batchesBySize,
        long sampledBatches,
        long sampledFrames,
        Map<Stage, Long> sampledNanos) {
    /** Most frames of the batches that one of {@link #batchesBySize} counts. */
    public static int sizeBound(int index) {
        return 1 << index;
    }

    /** Mean frames of a batch; 0 before the first. */
    public double framesPerBatch() {
        return batches == 0 ? 0 : (double) frames / batches;
    }

    /** Mean time that a stage took for a frame; 0 before the first sample. */
    public double nanosPerFrame(Stage stage) {
        return sampledFrames == 0 ? 0 : (double) sampledNanos.getOrDefault(stage, 0L) / sampledFrames;
    }
}
