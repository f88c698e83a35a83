// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What VALE's switch makes of a lookup's result ({@code netmap_bdg.c}): to a port, but never back to where the frame
 * came from; to all others; or nowhere. The ring that the program asks for is not used: a worker sends by its own queue
 * of a port.
 */
final class ValeReturnValues implements ReturnValues {
    private static final int DROP = Verdict.drop(DropReason.PROGRAM_DROP);
    private static final int NOWHERE = Verdict.drop(DropReason.REDIRECT_INVALID);
    private static final int HAIRPIN = Verdict.drop(DropReason.HAIRPIN);

    private final XdpBatch xdp;
    private final int[] at;
    private final ProgramCells cells;
    private final FaultNotes faults;

    /** @param at index in the switch's batch of each frame of the engine's */
    ValeReturnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults) {
        this.xdp = xdp;
        this.at = at;
        this.cells = cells;
        this.faults = faults;
    }

    /** Frames with the same return value, one after the other, are decided and counted together. */
    @Override
    public void decide(FrameBatch batch, int n, Decision decision) {
        int[] actions = xdp.actions();
        int k = 0;
        while (k < n) {
            int action = actions[k];
            int end = k + 1;
            while (end < n && actions[end] == action) {
                end++;
            }
            if (ValeVerdict.isDrop(action)) {
                drop(batch.verdicts(), k, end);
            } else if (action == ValeVerdict.BROADCAST) {
                flood(batch.verdicts(), k, end);
            } else {
                send(batch, k, end, decision.ports().indexOf(ValePorts.numberOf(action)));
            }
            k = end;
        }
    }

    /** Those with a fault, too, and none that has a verdict: what stands for those is a drop here. */
    private void drop(int[] verdicts, int from, int to) {
        int dropped = 0;
        for (int k = from; k < to; k++) {
            if (verdicts[at[k]] == Verdict.UNDECIDED) {
                verdicts[at[k]] = xdp.faults()[k] == XdpBatch.NO_FAULT ? DROP : faults.verdict(xdp, k);
                dropped++;
            }
        }
        cells.add(XdpAction.DROP, dropped);
    }

    private void flood(int[] verdicts, int from, int to) {
        for (int k = from; k < to; k++) {
            verdicts[at[k]] = Verdict.FLOOD;
        }
        cells.add(ProgramCells.FLOODED, to - from);
    }

    /** @param portIndex in the switch's tables, or negative */
    private void send(FrameBatch batch, int from, int to, int portIndex) {
        int[] verdicts = batch.verdicts();
        int[] ingress = batch.ingress();
        int elsewhere = portIndex >= 0 ? portIndex : NOWHERE;
        for (int k = from; k < to; k++) {
            int i = at[k];
            verdicts[i] = ingress[i] == portIndex ? HAIRPIN : elsewhere;
        }
        cells.add(XdpAction.REDIRECT, to - from);
    }
}
