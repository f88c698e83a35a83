// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.frame.FrameBatch;
import weir.core.frame.FrameStore;

/**
 * Decides what becomes of frames, a range of a batch at a time, before the switch's own learning.
 *
 * <p>{@link #decide} is called by every worker, possibly at the same time, on the workers' threads. It
 * must neither block nor throw; a program that throws has its undecided frames dropped as {@code
 * program_aborted}. {@link #close} is called once, by a control thread, after every worker has passed
 * a point where it no longer uses the program.
 */
@FunctionalInterface
public interface ForwardingProgram extends AutoCloseable {
    /**
     * Sets a verdict for each frame it cares about through {@code decision}; what it leaves alone falls
     * through to the next program, then to learning. Frames that the switch refused at ingress, or that another
     * program decided, are already decided and stay so.
     *
     * @param batch the frames; valid during the call only. Bytes may be read at {@link
     *     FrameBatch#frames()}, and changed when {@link FrameStore#isExclusive} says so
     * @param from first frame to decide: all frames of the batch for a program on the switch, one run of its frames
     *     for a program on a port
     * @param to behind the last one
     * @param decision checks port numbers and writes verdicts
     */
    void decide(FrameBatch batch, int from, int to, Decision decision);

    /**
     * Whether frames may come as their senders left them: up to 64 KiB, with checksums that are not finished ({@link
     * weir.core.frame.Offload}). A program that answers false, because it may change frames, gets packets instead. The
     * answer never changes.
     */
    default boolean takesOffloads() {
        return false;
    }

    @Override
    default void close() {
        // Most programs hold nothing.
    }
}
