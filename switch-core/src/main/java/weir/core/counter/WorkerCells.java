// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import weir.core.frame.FrameBatch;
import weir.core.ring.CacheLinePadded;

/**
 * What one worker counts of itself. Written by that worker only, read by anyone at any time; each cell is opaque, as
 * those of a port.
 *
 * <pre>
 *  batches | frames | sampled batches | sampled frames | nanos by stage | batches by size | padding
 * </pre>
 */
public final class WorkerCells extends CacheLinePadded {
    /** Of so many batches the time of one is taken. */
    public static final int BATCHES_PER_SAMPLE = 64;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BATCHES = 0;
    private static final int FRAMES = 1;
    private static final int SAMPLED_BATCHES = 2;
    private static final int SAMPLED_FRAMES = 3;
    private static final int FIRST_STAGE = 4;
    private static final int FIRST_SIZE = FIRST_STAGE + Stage.ALL.size();
    private static final int SIZES = sizeIndex(FrameBatch.MAX_CAPACITY) + 1;
    private static final int PADDING = 16;

    private final long[] words = new long[FIRST_SIZE + SIZES + PADDING];

    /** All cells zero. */
    public WorkerCells() {
        // The words are zero.
    }

    private static int sizeIndex(int frames) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(frames - 1);
    }

    /** A batch that is about to be decided; it is not empty. */
    public void batch(int frames) {
        add(BATCHES, 1);
        add(FRAMES, frames);
        add(FIRST_SIZE + sizeIndex(frames), 1);
    }

    /** Batches so far; exact for the worker that counts here. */
    public long batches() {
        return words[BATCHES];
    }

    /** Frames so far; exact for the worker that counts here. */
    public long frames() {
        return words[FRAMES];
    }

    /** Batches whose time was taken. */
    public void sample(long batches, long frames, long[] nanosByStage) {
        add(SAMPLED_BATCHES, batches);
        add(SAMPLED_FRAMES, frames);
        for (int stage = 0; stage < nanosByStage.length; stage++) {
            add(FIRST_STAGE + stage, nanosByStage[stage]);
        }
    }

    private void add(int word, long more) {
        WORD.setOpaque(words, word, words[word] + more);
    }

    private long read(int word) {
        return (long) WORD.getOpaque(words, word);
    }

    /** What was counted so far. Any thread. */
    public WorkerCounters counters(int worker) {
        List<Long> bySize = new ArrayList<>();
        for (int i = 0; i < SIZES; i++) {
            bySize.add(read(FIRST_SIZE + i));
        }
        Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.ALL) {
            nanos.put(stage, read(FIRST_STAGE + stage.index()));
        }
        return new WorkerCounters(
                worker,
                read(BATCHES),
                read(FRAMES),
                List.copyOf(bySize),
                read(SAMPLED_BATCHES),
                read(SAMPLED_FRAMES),
                nanos);
    }
}
