// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/** {@code enum xdp_action}, {@code uapi/linux/bpf.h}. */
final class XdpReturnValues implements ReturnValues {
    private static final int DROP = Verdict.drop(DropReason.PROGRAM_DROP);
    private static final int ABORTED = Verdict.drop(DropReason.PROGRAM_ABORTED);
    private static final int INVALID = Verdict.drop(DropReason.PROGRAM_INVALID_ACTION);

    private final XdpBatch xdp;
    private final int[] at;
    private final ProgramCells cells;
    private final FaultNotes faults;
    private final Redirects redirects;

    /** @param at index in the switch's batch of each frame of the engine's */
    XdpReturnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults, EgressRuns egress) {
        this.xdp = xdp;
        this.at = at;
        this.cells = cells;
        this.faults = faults;
        redirects = new Redirects(xdp, at, egress);
    }

    /** Frames with the same action, one after the other, are decided and counted together. */
    @Override
    public void decide(FrameBatch batch, int n, Decision decision) {
        int[] actions = xdp.actions();
        int[] verdicts = batch.verdicts();
        int k = 0;
        while (k < n) {
            int action = actions[k];
            int end = k + 1;
            while (end < n && actions[end] == action) {
                end++;
            }
            switch (action) {
                case XdpAction.ABORTED -> abort(verdicts, k, end);
                case XdpAction.DROP -> drop(verdicts, k, end);
                case XdpAction.PASS -> cells.add(XdpAction.PASS, end - k);
                case XdpAction.TX -> sendBack(batch, k, end);
                case XdpAction.REDIRECT -> {
                    redirects.decide(batch, k, end, decision);
                    cells.add(XdpAction.REDIRECT, end - k);
                }
                default -> refuseAction(verdicts, k, end);
            }
            k = end;
        }
    }

    private void drop(int[] verdicts, int from, int to) {
        for (int k = from; k < to; k++) {
            verdicts[at[k]] = DROP;
        }
        cells.add(XdpAction.DROP, to - from);
    }

    private void sendBack(FrameBatch batch, int from, int to) {
        int[] verdicts = batch.verdicts();
        int[] ingress = batch.ingress();
        for (int k = from; k < to; k++) {
            verdicts[at[k]] = ingress[at[k]];
        }
        cells.add(XdpAction.TX, to - from);
    }

    private void abort(int[] verdicts, int from, int to) {
        for (int k = from; k < to; k++) {
            verdicts[at[k]] = xdp.faults()[k] == XdpBatch.NO_FAULT ? ABORTED : faults.verdict(xdp, k);
        }
        cells.add(XdpAction.ABORTED, to - from);
    }

    private void refuseAction(int[] verdicts, int from, int to) {
        int refused = 0;
        for (int k = from; k < to; k++) {
            if (verdicts[at[k]] == Verdict.UNDECIDED) {
                verdicts[at[k]] = INVALID;
                refused++;
            }
        }
        cells.add(ProgramCells.INVALID, refused);
    }
}
