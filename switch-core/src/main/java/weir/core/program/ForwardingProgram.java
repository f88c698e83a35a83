// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.frame.FrameBatch;

/**
 * Decides what becomes of frames, a whole batch at a time, before the switch's own learning.
 *
 * <p>{@link #decide} is called by every worker, possibly at the same time, on the workers' threads. It
 * must neither block nor throw; a program that throws has its undecided frames dropped as {@code
 * program_aborted}. {@link #close} is called once, by a control thread, after every worker has passed
 * a point where it no longer uses the program.
 */
public interface ForwardingProgram extends AutoCloseable {
    /**
     * Sets a verdict for each frame it cares about through {@code decision}; what it leaves alone falls
     * through to learning. Frames that the switch refused at ingress are already decided and stay so.
     *
     * @param batch the frames; valid during the call only. Bytes may be read at {@link
     *     FrameBatch#frames()}
     * @param decision checks port numbers and writes verdicts
     */
    void decide(FrameBatch batch, Decision decision);

    @Override
    default void close() {
        // Most programs hold nothing.
    }
}
