// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.frame.FrameBatch;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * Makes verdicts of what programs of one type return, and counts them. Frames that go to a port, which are most of
 * them, are decided in one loop; the others by stretches with the same return value. One worker's thread.
 */
abstract class ReturnValues {
    final XdpBatch xdp;
    final int[] at;
    final ProgramCells cells;
    final FaultNotes faults;

    /** @param at index in the switch's batch of each frame of the engine's */
    ReturnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults) {
        this.xdp = xdp;
        this.at = at;
        this.cells = cells;
        this.faults = faults;
    }

    /**
     * Decides about the frames that a program ran on; those that have a verdict already keep it.
     *
     * @param n frames in the engine's batch
     */
    final void decide(FrameBatch batch, int n, Decision decision) {
        int[] actions = xdp.actions();
        int sent = 0;
        int k = 0;
        while (k < n) {
            int from = k;
            k = sendToPorts(batch, k, n, decision);
            sent += k - from;
            if (k < n) {
                int end = endOfStretch(actions, k, n);
                decide(batch, k, end, actions[k], decision);
                k = end;
            }
        }
        if (sent > 0) {
            cells.add(XdpAction.REDIRECT, sent);
        }
    }

    private static int endOfStretch(int[] actions, int from, int n) {
        int action = actions[from];
        int end = from + 1;
        while (end < n && actions[end] == action) {
            end++;
        }
        return end;
    }

    /**
     * Decides about frames as long as each goes to a port that is there; does not count them.
     *
     * @return index of the first frame that does not, or {@code to}
     */
    abstract int sendToPorts(FrameBatch batch, int from, int to, Decision decision);

    /** Decides about frames that the program returned the same for, and counts them. */
    abstract void decide(FrameBatch batch, int from, int to, int action, Decision decision);
}
