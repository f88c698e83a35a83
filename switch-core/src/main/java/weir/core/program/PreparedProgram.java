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
 * @param readsFrame whether it is likely to look at the bytes of frames
 */
record PreparedProgram(EbpfProgram program, boolean writes, boolean moves, boolean readsPort, boolean readsFrame) {
    static PreparedProgram of(EbpfProgram program, ProgramFacts facts) {
        // Whatever a tail call enters may do what this program does not.
        boolean moves = facts.movesBounds() || facts.tailCalls();
        boolean readsFrame = facts.pointers().containsValue(new ProgramFacts.Value.Packet());
        return new PreparedProgram(program, facts.writesPacket() || moves, moves, facts.readsPort(), readsFrame);
    }
}
