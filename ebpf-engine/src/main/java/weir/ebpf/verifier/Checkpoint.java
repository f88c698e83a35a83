// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/** A state that was stored on the way, so that paths which come to the same state later can end there. */
final class Checkpoint {
    private final PathState state;
    private final @Nullable Checkpoint parent;
    private final long[] read;
    /** Paths from here that were not walked to their end. */
    private int open = 1;

    /** What {@link LoopTable} knew when all was walked, for each frame and the loops that it stands in. */
    long[][] turns = {};

    private int hits;
    private int misses;

    Checkpoint(PathState state) {
        this.state = state;
        parent = state.parent;
        read = new long[state.depth()];
    }

    PathState state() {
        return state;
    }

    @Nullable
    Checkpoint parent() {
        return parent;
    }

    boolean isOpen() {
        return open > 0;
    }

    void opened() {
        open++;
    }

    /** A path from here has ended; whether it was the last. */
    boolean closed() {
        return --open == 0;
    }

    /** Bit for each stack slot of a frame that some path from here reads. */
    long read(int frame) {
        return read[frame];
    }

    /**
     * Notes slots as read.
     *
     * @return those that an earlier state must note, too
     */
    long markRead(int frame, long slots) {
        if (frame >= read.length) {
            return 0;
        }
        long fresh = slots & ~read[frame];
        read[frame] |= fresh;
        return fresh & ~state.frame(frame).written;
    }

    void hit() {
        hits++;
    }

    /** Whether it was compared in vain so often that it is not worth keeping. */
    boolean missed(int patience) {
        misses++;
        return misses > hits * patience + patience;
    }
}
