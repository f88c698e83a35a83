// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import java.util.function.LongSupplier;
import weir.core.counter.Stage;
import weir.core.counter.WorkerCells;

/**
 * Takes the time of a round's stages, one round for every {@link WorkerCells#BATCHES_PER_SAMPLE} batches; all others look at
 * one field for each stage. On the worker's thread.
 */
final class StageClock {
    private final WorkerCells cells;
    private final LongSupplier nanoClock;
    private final long[] nanos = new long[Stage.ALL.size()];
    private boolean isOn;
    private long lapAt;
    private long batchesBefore;
    private long framesBefore;
    private long nextSample;

    StageClock(WorkerCells cells, LongSupplier nanoClock) {
        this.cells = cells;
        this.nanoClock = nanoClock;
    }

    /** A round begins to look for frames. */
    void begin() {
        if (cells.batches() >= nextSample) {
            isOn = true;
            batchesBefore = cells.batches();
            framesBefore = cells.frames();
            Arrays.fill(nanos, 0);
            lapAt = nanoClock.getAsLong();
        }
    }

    /** What was done since the last call was this. */
    void lap(Stage stage) {
        if (isOn) {
            long now = nanoClock.getAsLong();
            nanos[stage.index()] += now - lapAt;
            lapAt = now;
        }
    }

    /** The round is over. One without frames says nothing: the next one is timed instead. */
    void end() {
        if (isOn) {
            isOn = false;
            long batches = cells.batches();
            if (batches != batchesBefore) {
                nextSample = batches + WorkerCells.BATCHES_PER_SAMPLE;
                cells.sample(batches - batchesBefore, cells.frames() - framesBefore, nanos);
            }
        }
    }

    /** The round failed; its times mean nothing. */
    void abandon() {
        isOn = false;
    }
}
