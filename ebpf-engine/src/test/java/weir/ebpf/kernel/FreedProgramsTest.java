// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import weir.ebpf.isa.Assembler;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** The number of programs that wait in the kernel to be freed does not grow with the number that were closed. */
@RequiresFeature(Feature.BPF_PROGRAMS)
class FreedProgramsTest {
    private static final int PROGRAMS = RunSize.of(2_000, 20_000);
    private static final int LOOK_EACH = 100;

    @Test
    void fewProgramsWaitToBeFreed() throws KernelProgram.Rejected {
        ProgramSpec spec = ProgramSpec.of("test", Assembler.assemble("r0 = 2\nexit\n"));
        int before = FreedPrograms.functions();
        int most = 0;
        try (PinnedThread pinned = new PinnedThread()) {
            for (int i = 0; i < PROGRAMS; i++) {
                KernelProgram.load(spec, new int[0]).close();
                most = i % LOOK_EACH == 0 ? Math.max(most, FreedPrograms.functions()) : most;
            }
            assertTrue(pinned.cpu() >= 0);
        }
        System.out.println("functions of programs in the kernel: " + before + " before, at most " + most + " during "
                + PROGRAMS + " loads");
        assertTrue(most <= before + 2 * FreedPrograms.MAX_MORE, before + " before, " + most + " meanwhile");
    }
}
