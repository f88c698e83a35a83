// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;

/**
 * The frames of a batch, taken out of it so that it is filled again with some of them, or with what came of them, and
 * decided in parts. Before programs have seen them: neither metadata nor copies are kept. One worker's thread.
 */
final class BatchAside {
    private final FrameBatch batch;
    private final long[] frames;
    private final int[] verdicts;
    private final int[] vlans;
    private final int[] ingress;
    private final int[] queues;
    private boolean hasVlans;

    BatchAside(FrameBatch batch) {
        this.batch = batch;
        frames = new long[batch.capacity()];
        verdicts = new int[batch.capacity()];
        vlans = new int[batch.capacity()];
        ingress = new int[batch.capacity()];
        queues = new int[batch.capacity()];
    }

    /** Takes all frames out of the batch, which is empty then; returns how many. */
    int take() {
        int n = batch.size();
        System.arraycopy(batch.frames(), 0, frames, 0, n);
        System.arraycopy(batch.verdicts(), 0, verdicts, 0, n);
        System.arraycopy(batch.vlans(), 0, vlans, 0, n);
        System.arraycopy(batch.ingress(), 0, ingress, 0, n);
        for (int run = 0; run < batch.runs(); run++) {
            Arrays.fill(queues, batch.runStart(run), batch.runEnd(run), batch.runQueue(run));
        }
        hasVlans = batch.hasVlans();
        batch.clear();
        return n;
    }

    long frame(int i) {
        return frames[i];
    }

    int verdict(int i) {
        return verdicts[i];
    }

    void verdict(int i, int verdict) {
        verdicts[i] = verdict;
    }

    /** Index of the port that a frame came in by. */
    int ingress(int i) {
        return ingress[i];
    }

    int queue(int i) {
        return queues[i];
    }

    /** Adds a frame to the batch, which has room: one that was taken out, or one that came of that. */
    void add(long frame, int origin) {
        int at = batch.size();
        batch.frames()[at] = frame;
        batch.verdicts()[at] = verdicts[origin];
        batch.addFrame(ingress[origin], queues[origin]);
        batch.noteLength(Frame.length(frame));
        if (hasVlans) {
            batch.vlans()[at] = vlans[origin];
            batch.noteVlans();
        }
        if (Frame.hasOffload(frame)) {
            batch.noteOffloads();
        }
    }
}
