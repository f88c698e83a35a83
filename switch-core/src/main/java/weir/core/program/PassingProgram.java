// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import java.util.Arrays;
import java.util.List;
import weir.ebpf.EbpfProgram;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpAction;
import weir.ebpf.xdp.XdpBatch;

/** Stands where there is no program, so that frames can be observed there: passes everything. */
final class PassingProgram implements EbpfProgram {
    private static final ProgramSpec SPEC = ProgramSpec.of("none", Code.of(List.of(new Instruction.Exit())));

    PassingProgram() {
        // has no state
    }

    @Override
    public ProgramSpec spec() {
        return SPEC;
    }

    @Override
    public void run(XdpBatch batch, int cpu) {
        batch.forgetOutcomes();
        Arrays.fill(batch.actions(), 0, batch.size(), XdpAction.PASS);
    }

    @Override
    public void close() {
        // owns nothing
    }
}
