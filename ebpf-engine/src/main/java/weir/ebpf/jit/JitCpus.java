// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.foreign.Arena;
import weir.ebpf.Host;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.run.RunState;
import weir.ebpf.run.StackMemory;

/** What runs the generated code of programs that are loaded together, one for each CPU, with their memory. */
public final class JitCpus {
    private static final int ALIGNMENT = 64;

    /** Collected with the programs: closing a shared arena would stop every thread, workers among them, for a moment. */
    private final Arena arena = Arena.ofAuto();

    private final JitCpu[] cpus;

    public JitCpus(Host host) {
        cpus = new JitCpu[host.cpus()];
        for (int i = 0; i < cpus.length; i++) {
            RunState run = new RunState(host, i, allocate(StackMemory.BYTES));
            cpus[i] = new JitCpu(run, new HelperCalls(run, allocate(HelperCalls.SCRATCH_BYTES)));
        }
    }

    private long allocate(int lengthBytes) {
        return arena.allocate(lengthBytes, ALIGNMENT).address();
    }

    int count() {
        return cpus.length;
    }

    JitCpu of(int cpu) {
        return cpus[cpu];
    }
}
