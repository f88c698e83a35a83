// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.core.counter.DropReason;
import weir.core.frame.FrameBatch;
import weir.core.frame.Verdict;
import weir.core.port.PortNumbers;
import weir.ebpf.xdp.ValeVerdict;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/**
 * What VALE's switch makes of a lookup's result ({@code netmap_bdg.c}): to a port, but never back to where the frame
 * came from; to all others; or nowhere. The ring that the program asks for is not used: a worker sends by its own queue
 * of a port.
 */
final class ValeReturnValues extends ReturnValues {
    private static final int DROP = Verdict.drop(DropReason.PROGRAM_DROP);
    private static final int NOWHERE = Verdict.drop(DropReason.REDIRECT_INVALID);
    private static final int HAIRPIN = Verdict.drop(DropReason.HAIRPIN);

    /** @param at index in the switch's batch of each frame of the engine's */
    ValeReturnValues(XdpBatch xdp, int[] at, ProgramCells cells, FaultNotes faults) {
        super(xdp, at, cells, faults);
    }

    @Override
    int sendToPorts(FrameBatch batch, int from, int to, Decision decision) {
        int[] values = xdp.actions();
        int[] verdicts = batch.verdicts();
        int[] ingress = batch.ingress();
        int[] indices = at;
        PortNumbers ports = decision.ports();
        int k = from;
        for (; k < to && ValeVerdict.isPort(values[k]); k++) {
            int index = ports.indexOf(ValePorts.numberOf(values[k]));
            int i = indices[k];
            if (index < 0 || index == ingress[i]) {
                break;
            }
            verdicts[i] = index;
        }
        return k;
    }

    @Override
    void decide(FrameBatch batch, int from, int to, int action, Decision decision) {
        if (ValeVerdict.isDrop(action)) {
            drop(batch.verdicts(), from, to);
        } else if (action == ValeVerdict.BROADCAST) {
            flood(batch.verdicts(), from, to);
        } else {
            send(batch, from, to, decision.ports().indexOf(ValePorts.numberOf(action)));
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
