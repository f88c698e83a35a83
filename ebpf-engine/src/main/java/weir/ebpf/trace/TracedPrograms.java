// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.trace;

import weir.ebpf.EbpfProgram;
import weir.ebpf.xdp.XdpBatch;

/**
 * An object's programs for one CPU, on the object's live maps, with their paths written down. Whichever engine runs them
 * otherwise, a frame gets the same verdict and leaves the same in maps, once. Belongs to the thread that has the CPU's
 * number; do not use it after the object is closed.
 */
public interface TracedPrograms {
    /** Whether a program is one of these. */
    boolean has(EbpfProgram program);

    /**
     * Runs a program for each frame of the batch, as {@link EbpfProgram#run} of its own does, but slower. Allocates.
     *
     * @param frame whose path is wanted
     * @return the path
     * @throws IllegalArgumentException when the program is none of these
     */
    ProgramPath run(EbpfProgram program, XdpBatch batch, int frame);
}
