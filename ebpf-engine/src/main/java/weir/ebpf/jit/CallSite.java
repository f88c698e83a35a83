// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.xdp.XdpBatch;

/**
 * The one call by which programs are run. HotSpot inlines the classes that it saw a call go to, if there were one or two,
 * and gives up the caller's code when another one comes: the worker's loop would run interpreted for some batches after the
 * first exchanges of programs. So this call has seen three classes that are no program before the first program comes,
 * and stays a plain call through a table, which costs nothing next to a batch.
 */
final class CallSite {
    /** HotSpot begins to note classes some 200 calls after a method's first one. */
    private static final int CALLS = 20_000;

    private CallSite() {}

    static {
        seeClassesThatAreNoProgram();
    }

    @SuppressWarnings("NullAway") // none of them looks at what it gets
    private static void seeClassesThatAreNoProgram() {
        CompiledCode[] nothing = {new First(), new Second(), new Third()};
        for (int i = 0; i < CALLS; i++) {
            for (CompiledCode code : nothing) {
                run(code, null, null, null);
            }
        }
    }

    static void run(CompiledCode code, JitCpu cpu, Binding binding, XdpBatch batch) {
        code.run(cpu, binding, batch);
    }

    private abstract static class Nothing implements CompiledCode {
        @Override
        public long call(JitCpu cpu, Binding binding, int slot, long r1, long r2, long r3, long r4, long r5) {
            return 0;
        }
    }

    private static final class First extends Nothing {
        @Override
        public void run(JitCpu cpu, Binding binding, XdpBatch batch) {}
    }

    private static final class Second extends Nothing {
        @Override
        public void run(JitCpu cpu, Binding binding, XdpBatch batch) {}
    }

    private static final class Third extends Nothing {
        @Override
        public void run(JitCpu cpu, Binding binding, XdpBatch batch) {}
    }
}
