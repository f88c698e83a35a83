// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.lang.foreign.Arena;
import java.util.List;
import weir.ebpf.Host;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.run.RunState;
import weir.ebpf.run.StackMemory;

/** The machines of programs that are loaded together, one for each CPU, with their memory. */
public final class Machines {
    private static final int ALIGNMENT = 64;

    /** Collected with the programs: closing a shared arena would stop every thread, workers among them, for a moment. */
    private final Arena arena = Arena.ofAuto();

    private final Machine[] machines;

    public Machines(Host host, HelperTable helpers) throws LoadException {
        machines = new Machine[host.cpus()];
        CheckedProgram nothing = CheckedProgram.of(
                ProgramSpec.of("nothing", Code.of(List.of(new Instruction.Exit()))), helpers, List.of());
        PreparedCode idle = new PreparedCode(nothing, helpers, List.of());
        for (int cpu = 0; cpu < machines.length; cpu++) {
            RunState run = new RunState(host, cpu, allocate(StackMemory.BYTES));
            machines[cpu] = new Machine(run, new HelperCalls(run, allocate(HelperCalls.SCRATCH_BYTES)), idle);
        }
    }

    private long allocate(int lengthBytes) {
        return arena.allocate(lengthBytes, ALIGNMENT).address();
    }

    /** The machine of a CPU. */
    Machine of(int cpu) {
        return machines[cpu];
    }
}
