// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Weights;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/** The oracle is one: the same scenario gives the same outcome, and nothing stays behind in the kernel. */
@RequiresFeature(Feature.BPF_PROGRAMS)
class KernelRepeatsItselfTest {
    private static final int COUNT = RunSize.of(150, 10_000);

    @Test
    void sameScenarioGivesSameOutcomeAndLeavesNothingOpen() throws IOException {
        long openBefore = openBpfObjects();
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        int accepted = 0;
        try (Kernel kernel = new Kernel()) {
            for (long seed = 0; seed < COUNT; seed++) {
                RandomProgram program = generator.generate(seed);
                Scenario scenario = Scenario.of(program, 8);
                try {
                    Outcome first = kernel.play(scenario, false);
                    String difference = first.difference(kernel.play(scenario, false), "first", "second");
                    assertTrue(
                            first.runs().stream().allMatch(run -> run.failure().isEmpty()),
                            () -> "seed " + program.seed() + first);
                    assertEquals("", difference, "seed " + seed);
                    accepted++;
                } catch (KernelProgram.Rejected e) {
                    // Counted by the test of the generator.
                }
            }
        }
        assertTrue(accepted > COUNT / 2);
        assertEquals(openBefore, openBpfObjects());
    }

    private static long openBpfObjects() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(KernelRepeatsItselfTest::isBpf).count();
        }
    }

    private static boolean isBpf(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("anon_inode:bpf") || target.startsWith("anon_inode:btf");
        } catch (IOException e) {
            return false;
        }
    }
}
