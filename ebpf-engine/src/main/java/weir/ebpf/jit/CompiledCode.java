// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import weir.ebpf.xdp.XdpBatch;

/** What a generated class implements. It has no state: the same class runs over other maps with another binding. */
interface CompiledCode {
    /** Runs the program once for each frame. */
    void run(JitCpu cpu, Binding binding, XdpBatch batch);

    /**
     * Runs a function that helpers may enter: a callback, or the program itself after a tail call. Its call
     * frame is entered already.
     *
     * @param slot where the function begins
     * @return r0; nothing of worth after a fault
     */
    long call(JitCpu cpu, Binding binding, int slot, long r1, long r2, long r3, long r4, long r5);
}
