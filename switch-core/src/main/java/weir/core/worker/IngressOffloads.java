// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import java.util.Arrays;
import java.util.function.Consumer;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.frame.Frame;
import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;
import weir.core.frame.Verdict;
import weir.core.offload.GsoSegmenter;
import weir.core.program.ProgramTable;

/**
 * Does the work that senders left before programs see the frames, for programs that would otherwise write into frames
 * of 64 KiB with half a checksum. One frame can become more than a batch holds, so the batch is taken out, filled again
 * with what comes of its frames, and decided each time it is full. Checks and counts of the frames as they came in are
 * done before.
 */
final class IngressOffloads {
    private final FrameBatch batch;
    private final GsoSegmenter segmenter;
    private final Consumer<ProgramTable> decide;
    private final CapturePoint captures;

    private final long[] frames;
    private final int[] verdicts;
    private final int[] vlans;
    private final int[] ingress;
    private final int[] queues;
    private boolean hasVlans;

    /** @param decide decides and sends the batch under these programs, and empties it */
    IngressOffloads(FrameBatch batch, FrameStore store, Consumer<ProgramTable> decide, CapturePoint captures) {
        this.captures = captures;
        this.batch = batch;
        this.decide = decide;
        segmenter = new GsoSegmenter(store);
        frames = new long[batch.capacity()];
        verdicts = new int[batch.capacity()];
        vlans = new int[batch.capacity()];
        ingress = new int[batch.capacity()];
        queues = new int[batch.capacity()];
    }

    /** Whether a frame of the batch is to be completed before programs see it. */
    boolean isAny(ProgramTable programs) {
        for (int run = 0; run < batch.runs(); run++) {
            if (programs.needsPlainFrames(batch.runIngress(run))) {
                for (int i = batch.runStart(run); i < batch.runEnd(run); i++) {
                    if (isToComplete(batch.frames()[i], batch.verdicts()[i])) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isToComplete(long frame, int verdict) {
        return Frame.hasOffload(frame) && verdict == Verdict.UNDECIDED;
    }

    /** Decides the batch in as many parts as it takes; it is empty afterwards. */
    void process(ProgramTable programs, PortCells[] cells) {
        int n = takeOut();
        for (int i = 0; i < n; i++) {
            if (isToComplete(frames[i], verdicts[i]) && programs.needsPlainFrames(ingress[i])) {
                complete(i, programs, cells[ingress[i]]);
            } else {
                add(frames[i], i, programs);
            }
        }
        decide.accept(programs);
    }

    private int takeOut() {
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

    private void complete(int i, ProgramTable programs, PortCells cells) {
        int count = segmenter.open(frames[i]);
        if (count == 0) {
            verdicts[i] = Verdict.drop(DropReason.BAD_OFFLOAD);
            add(frames[i], i, programs);
            return;
        }
        if (count > 1) {
            cells.segmented(1, count);
        }
        for (int made = 0; made < count; made++) {
            long packet = segmenter.next(ingress[i]);
            if (packet < 0 && batch.size() > 0) {
                decide.accept(programs); // slots may come back
                packet = segmenter.next(ingress[i]);
            }
            if (packet < 0) {
                cells.dropDecided(DropReason.NO_BUFFER, count - made);
                captures.droppedIn(ingress[i], DropReason.NO_BUFFER, frames[i]);
                break;
            }
            add(packet, i, programs);
        }
        segmenter.close();
    }

    /** Adds what came of a frame, or the frame itself. */
    private void add(long frame, int origin, ProgramTable programs) {
        if (batch.size() == batch.capacity()) {
            decide.accept(programs);
        }
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
