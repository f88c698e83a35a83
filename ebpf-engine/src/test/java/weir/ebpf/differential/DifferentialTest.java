// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.LoadException;
import weir.ebpf.kernel.KernelProgram;
import weir.ebpf.kernel.PinnedThread;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.RandomProgram;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.testing.Feature;
import weir.testing.RequiresFeature;
import weir.testing.RunSize;

/**
 * Random programs give the same in the engine as in the running kernel: return values, frames, maps.
 *
 * <p>A difference is made small and left in {@code target/differential}. When its reason is known and
 * gone, the file belongs to the resources of this package, where {@link ReplayTest} finds it.
 */
@RequiresFeature(Feature.BPF_PROGRAMS)
class DifferentialTest {
    private static final int PROGRAMS = RunSize.of(1_000, 100_000);
    private static final int PACKETS = 8;
    private static final int ENOUGH = 5;

    private final List<String> differences = new ArrayList<>();

    @Test
    void engineGivesWhatTheKernelGives() {
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        int compared = 0;
        long[] seeds = Seeds.of(PROGRAMS);
        try (PinnedThread pinned = new PinnedThread()) {
            Kernel kernel = new Kernel(pinned.cpu());
            for (long seed : seeds) {
                RandomProgram program = generator.generate(seed);
                Scenario scenario = Scenario.of(program, PACKETS);
                compared += isRefused(kernel, scenario, seed) ? 0 : 1;
                if (differences.size() >= ENOUGH) {
                    break;
                }
            }
        }
        assertEquals(List.of(), differences, () -> String.join("\n", differences));
        assertTrue(compared > seeds.length * 0.9 || seeds.length == 1, compared + " of " + seeds.length + " compared");
    }

    private boolean isRefused(Kernel kernel, Scenario scenario, long seed) {
        try {
            String difference = difference(kernel, scenario);
            if (!difference.isEmpty()) {
                keep(kernel, scenario, seed);
            }
            return false;
        } catch (KernelProgram.Rejected e) {
            return true;
        }
    }

    private static String difference(Kernel kernel, Scenario scenario) throws KernelProgram.Rejected {
        Outcome expected = kernel.play(scenario, false);
        try {
            return expected.difference(EnginePlayer.play(scenario), "kernel", "engine");
        } catch (LoadException e) {
            return "not loaded: " + e.getMessage();
        }
    }

    private void keep(Kernel kernel, Scenario scenario, long seed) throws KernelProgram.Rejected {
        Scenario small = new Minimiser(each -> isDifferent(kernel, each)).minimise(scenario);
        String difference = difference(kernel, small);
        String text = ScenarioText.of("seed " + seed + "\n" + difference, small, kernel.play(small, false));
        Path file = Path.of("target", "differential", "seed-" + seed + ".txt");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        differences.add(file + "\n" + text);
    }

    private static boolean isDifferent(Kernel kernel, Scenario scenario) {
        try {
            return !difference(kernel, scenario).isEmpty() && !readsStackUnwritten(kernel, scenario);
        } catch (KernelProgram.Rejected e) {
            return false;
        }
    }

    /** To privileged loaders the kernel lets programs read stack that nobody wrote; what they find is no result. */
    private static boolean readsStackUnwritten(Kernel kernel, Scenario scenario) throws KernelProgram.Rejected {
        Outcome zeroes = kernel.play(Minimiser.withFilledStack(scenario, 0), false);
        return !zeroes.equals(kernel.play(Minimiser.withFilledStack(scenario, 0x5a5a5a5a), false));
    }
}
