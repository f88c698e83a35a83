// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

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
    private final TracePoint traces;
    private final BatchAside aside;

    /** @param decide decides and sends the batch under these programs, and empties it */
    IngressOffloads(
            FrameBatch batch,
            FrameStore store,
            Consumer<ProgramTable> decide,
            CapturePoint captures,
            TracePoint traces) {
        this.captures = captures;
        this.traces = traces;
        this.batch = batch;
        this.decide = decide;
        segmenter = new GsoSegmenter(store);
        aside = new BatchAside(batch);
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
        int n = aside.take();
        for (int i = 0; i < n; i++) {
            int ingress = aside.ingress(i);
            if (isToComplete(aside.frame(i), aside.verdict(i)) && programs.needsPlainFrames(ingress)) {
                complete(i, programs, cells[ingress]);
            } else {
                add(aside.frame(i), i, programs);
            }
        }
        decide.accept(programs);
    }

    private void complete(int i, ProgramTable programs, PortCells cells) {
        long frame = aside.frame(i);
        int ingress = aside.ingress(i);
        int count = segmenter.open(frame);
        if (count == 0) {
            aside.verdict(i, Verdict.drop(DropReason.BAD_OFFLOAD));
            add(frame, i, programs);
            return;
        }
        if (count > 1) {
            cells.segmented(1, count);
            traces.segmented(count);
        }
        for (int made = 0; made < count; made++) {
            long packet = segmenter.next(ingress);
            if (packet < 0 && batch.size() > 0) {
                decide.accept(programs); // slots may come back
                packet = segmenter.next(ingress);
            }
            if (packet < 0) {
                cells.dropDecided(DropReason.NO_BUFFER, count - made);
                captures.droppedIn(ingress, DropReason.NO_BUFFER, frame);
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
        aside.add(frame, origin);
    }
}
