// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.foreign.Arena;
import weir.ebpf.Host;
import weir.ebpf.helper.HelperCalls;
import weir.ebpf.run.RunState;
import weir.ebpf.run.StackMemory;

/** What runs the generated code of programs that are loaded together, one for each CPU, with their memory. */
public final class JitCpus implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
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

    /** Frees their memory, when nothing runs on them any more. Idempotent. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
