// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

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
 * <p>A difference is made small and left in {@code target/differential}, beside the whole of it. When its reason is known and
 * gone, the file belongs to the resources of this package, where {@link ReplayTest} finds it.
 */
@RequiresFeature(Feature.BPF_PROGRAMS)
class DifferentialTest {
    private static final int PROGRAMS = RunSize.of(1_000, 1_000_000);
    private static final int PACKETS = 8;
    private static final int ENOUGH = 5;
    private static final Path FOLDER = Path.of("target", "differential");
    /** Between two lines that tell how far a long run has come. */
    private static final int REPORT = 10_000;

    private static final String NOT_LOADED = "not loaded: ";

    private final List<String> differences = new ArrayList<>();
    private long runs;
    private long records;
    private int compared;
    private int overBudget;

    @Test
    void engineGivesWhatTheKernelGives() {
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        long[] seeds = Seeds.of(PROGRAMS);
        try (Kernel kernel = new Kernel()) {
            for (long seed : seeds) {
                RandomProgram program = generator.generate(seed);
                Scenario scenario = Scenario.of(program, PACKETS);
                compared += isRefused(kernel, scenario, seed) ? 0 : 1;
                if (differences.size() >= ENOUGH) {
                    break;
                }
                if ((seed + 1) % REPORT == 0) {
                    report(seed);
                }
            }
        }
        report(seeds[seeds.length - 1]);
        assertTrue(overBudget <= 10 + seeds.length / 1_000, overBudget + " beyond the budget");
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
        assertTrue(compared > seeds.length * 0.9 || seeds.length == 1, compared + " of " + seeds.length + " compared");
    }

    private void report(long seed) {
        System.out.println("to seed " + seed + ": " + (compared - overBudget) + " programs compared in " + runs
                + " runs, " + records + " records; " + overBudget + " beyond the engine's budget; " + differences.size()
                + " differences");
    }

    private boolean isRefused(Kernel kernel, Scenario scenario, long seed) {
        try {
            String difference = difference(kernel, scenario);
            if (!difference.isEmpty()) {
                keep(kernel, scenario, seed, difference);
            }
            return false;
        } catch (KernelProgram.Rejected e) {
            return true;
        }
    }

    private String difference(Kernel kernel, Scenario scenario) throws KernelProgram.Rejected {
        Outcome expected = kernel.play(scenario, false);
        runs += expected.runs().size();
        records += expected.records().size();
        try {
            return expected.difference(EnginePlayer.play(scenario), "kernel", "engine");
        } catch (LoadException e) {
            return NOT_LOADED + e.getMessage();
        } catch (OverBudget e) {
            overBudget++;
            return "";
        }
    }

    private void keep(Kernel kernel, Scenario scenario, long seed, String first) throws KernelProgram.Rejected {
        boolean isRefusal = first.startsWith(NOT_LOADED);
        Scenario small = new Minimiser(each -> isDifferent(kernel, each, isRefusal)).minimise(scenario);
        String difference = difference(kernel, small);
        String text = ScenarioText.of("seed " + seed + "\n" + difference, small, kernel.play(small, false));
        String whole = ScenarioText.of("seed " + seed + "\n" + first, scenario, kernel.play(scenario, false));
        Path file = FOLDER.resolve("seed-" + seed + ".txt");
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
            Files.writeString(FOLDER.resolve("seed-" + seed + "-whole.txt"), whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        differences.add(file + "\n" + text);
    }

    /** A difference of results must not turn into a program that the engine refuses, nor the other way round. */
    private boolean isDifferent(Kernel kernel, Scenario scenario, boolean isRefusal) {
        try {
            String difference = difference(kernel, scenario);
            return !difference.isEmpty()
                    && difference.startsWith(NOT_LOADED) == isRefusal
                    && !readsStackUnwritten(kernel, scenario);
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
