// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import weir.ebpf.program.ProgramSpec;
import weir.ebpf.xdp.XdpBatch;

/**
 * A program that can be run, with its maps. Several threads may run it at once, each with a batch and a
 * CPU number of its own.
 */
public interface EbpfProgram extends AutoCloseable {
    ProgramSpec spec();

    /**
     * Runs the program once for each frame of the batch. Neither blocks nor throws nor allocates: what
     * goes wrong is in the batch's faults.
     *
     * @param cpu number of the calling worker, 0 to {@link Host#cpus()} - 1; no two threads at once use
     *     the same
     */
    void run(XdpBatch batch, int cpu);

    /** Frees what the program owns, not its maps. When no thread runs it any more. Idempotent. */
    @Override
    void close();
}
