// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.frame.FrameBatch;

/** Makes verdicts of what programs of one type return, and counts them. One worker's thread. */
interface ReturnValues {
    /**
     * Decides about the frames that a program ran on; those that have a verdict already keep it.
     *
     * @param n frames in the engine's batch
     */
    void decide(FrameBatch batch, int n, Decision decision);
}
