// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.EbpfProgram;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.ProgramArray;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;
import weir.ebpf.run.RunState;
import weir.ebpf.xdp.XdpBatch;
import weir.ebpf.xdp.XdpContext;

/** A program under the interpreter, with its maps. */
public final class InterpretedProgram implements EbpfProgram {
    private final PreparedCode code;
    private final Machines machines;

    /**
     * Puts maps and helpers into the code.
     *
     * @param objectMaps by the index that the code uses
     * @param machines of all programs that are loaded together
     */
    public InterpretedProgram(
            RunnableProgram program, HelperTable helpers, List<EbpfMap> objectMaps, Machines machines) {
        this.code = new PreparedCode(program, helpers, objectMaps);
        this.machines = machines;
    }

    @Override
    public ProgramSpec spec() {
        return code.spec;
    }

    @Override
    public void run(XdpBatch batch, int cpu) {
        Machine machine = machines.of(cpu);
        batch.forgetRequests();
        for (int i = 0; i < batch.size(); i++) {
            run(machine, batch, i);
        }
    }

    PreparedCode code() {
        return code;
    }

    /** Runs on one frame of a batch. */
    void run(Machine machine, XdpBatch batch, int index) {
        RunState state = machine.run();
        state.context().load(batch, index);
        batch.redirectPorts()[index] = XdpBatch.NO_REDIRECT;
        int action = (int) machine.execute(code, XdpContext.ADDRESS, 0);
        batch.actions()[index] = action;
        batch.faults()[index] = XdpBatch.NO_FAULT;
        FaultKind fault = state.faultKind();
        if (fault != null) {
            batch.fail(index, machine.program(), machine.slot(), fault, state.faultAddressKind(), state.faultAddress());
        }
    }

    @Override
    public void close() {
        // owns nothing: the machines belong to whoever loaded the program
    }

    /** The program in a slot of a program array, ready for a tail call; null if there is none. */
    static @Nullable PreparedCode codeAt(EbpfMap map, long index) {
        return map instanceof ProgramArray array && array.get((int) index) instanceof InterpretedProgram program
                ? program.code
                : null;
    }

    /**
     * Runs on plain memory instead of a frame: r1 is its address, r2 its length. For the conformance tests
     * of the instruction set.
     *
     * @return r0
     * @throws IllegalStateException if the program has a fault
     */
    long runOnMemory(XdpBatch batch, int cpu) {
        Machine machine = machines.of(cpu);
        machine.run().context().load(batch, 0);
        long lengthBytes = batch.ends()[0] - batch.datas()[0];
        long result = machine.execute(code, lengthBytes == 0 ? 0 : batch.datas()[0], lengthBytes);
        if (machine.run().hasFailed()) {
            throw new IllegalStateException(machine.run().faultKind() + " at " + machine.slot());
        }
        return result;
    }
}
