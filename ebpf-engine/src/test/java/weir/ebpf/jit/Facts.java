// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import weir.ebpf.program.PathFacts;
import weir.ebpf.program.ProgramFacts;

/** Facts by hand. */
final class Facts {
    static final ProgramFacts NONE = of(Map.of(), Set.of());

    private Facts() {}

    /** Pointers and dead code; everything else errs to the safe side. */
    static ProgramFacts of(Map<Integer, ProgramFacts.Value> pointers, Set<Integer> dead) {
        return new ProgramFacts(
                Set.of(),
                Set.of(),
                true,
                true,
                true,
                true,
                true,
                List.of(),
                ProgramFacts.MAX_FRAMES * ProgramFacts.FRAME_STACK_BYTES,
                ProgramFacts.MAX_FRAMES,
                pointers,
                Map.of(),
                dead,
                PathFacts.NONE);
    }
}
