// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

import weir.ebpf.EbpfProgram;
import weir.ebpf.program.ProgramFacts;

/**
 * A program and what a worker has to know before it runs it.
 *
 * @param writes whether frames have to be exclusive
 * @param moves whether bounds of frames may be others afterwards
 * @param readsPort whether it has to be told where frames came in
 */
record PreparedProgram(EbpfProgram program, boolean writes, boolean moves, boolean readsPort) {
    static PreparedProgram of(EbpfProgram program, ProgramFacts facts) {
        // Whatever a tail call enters may do what this program does not.
        boolean moves = facts.movesBounds() || facts.tailCalls();
        return new PreparedProgram(program, facts.writesPacket() || moves, moves, facts.readsPort());
    }
}
