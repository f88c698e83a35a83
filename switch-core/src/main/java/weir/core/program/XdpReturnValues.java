// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/** {@code enum xdp_action}, {@code uapi/linux/bpf.h}. */
final class XdpReturnValues extends ReturnValues {
    private static final int DROP = Verdict.drop(DropReason.PROGRAM_DROP);
    private static final int ABORTED = Verdict.drop(DropReason.PROGRAM_ABORTED);
    private static final int INVALID = Verdict.drop(DropReason.PROGRAM_INVALID_ACTION);

    private final Redirects redirects;

    /** @param at index in the switch's batch of each frame of the engine's */
    XdpReturnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults, EgressRuns egress) {
        super(xdp, at, cells, faults);
        redirects = new Redirects(xdp, at, egress);
    }

    @Override
    int sendToPorts(FrameBatch batch, int from, int to, Decision decision) {
        int[] actions = xdp.actions();
        int[] targets = xdp.redirectPorts();
        int[] verdicts = batch.verdicts();
        int[] indices = at;
        PortNumbers ports = decision.ports();
        int k = from;
        for (; k < to && actions[k] == XdpAction.REDIRECT; k++) {
            int index = ports.indexOf(targets[k]);
            if (index < 0) {
                break;
            }
            verdicts[indices[k]] = index;
        }
        return k;
    }

    @Override
    void decide(FrameBatch batch, int from, int to, int action, Decision decision) {
        int[] verdicts = batch.verdicts();
        switch (action) {
            case XdpAction.ABORTED -> abort(verdicts, from, to);
            case XdpAction.DROP -> drop(verdicts, from, to);
            case XdpAction.PASS -> cells.add(XdpAction.PASS, to - from);
            case XdpAction.TX -> sendBack(batch, from, to);
            case XdpAction.REDIRECT -> {
                redirects.decide(batch, from, to, decision);
                cells.add(XdpAction.REDIRECT, to - from);
            }
            default -> refuseAction(verdicts, from, to);
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
