// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import org.jspecify.annotations.Nullable;
import weir.ebpf.program.Fault;
import weir.ebpf.program.FaultKind;
import weir.ebpf.xdp.XdpBatch;

/**
 * Counts faults of one worker and keeps the last one in words. A fault at the same place as the last is counted
 * only, so that a program that faults on every frame makes no garbage.
 */
final class FaultNotes {
    private final ProgramCells cells;
    private int lastSlot;
    private @Nullable FaultKind lastKind;

    FaultNotes(ProgramCells cells) {
        this.cells = cells;
    }

    void note(XdpBatch xdp, int k) {
        cells.add(ProgramCells.FAULTS, 1);
        if (xdp.faults()[k] == lastSlot && xdp.faultKind(k) == lastKind) {
            return;
        }
        Fault fault = xdp.fault(k);
        if (fault != null) {
            lastSlot = xdp.faults()[k];
            lastKind = fault.kind();
            cells.lastFault(fault);
        }
    }
}
