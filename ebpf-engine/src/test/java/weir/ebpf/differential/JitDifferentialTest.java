// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.ebpf.LoadException;
import weir.ebpf.jit.JitPrograms;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.random.ProgramGenerator;
import weir.ebpf.random.Seeds;
import weir.ebpf.random.Weights;
import weir.ebpf.verifier.Verification;
import weir.ebpf.verifier.Verifier;
import weir.ebpf.verifier.VerifierOptions;
import weir.testing.RunSize;

/** Random programs, and those that once differed from the kernel, give the same compiled as interpreted. */
class JitDifferentialTest {
    private static final int PROGRAMS = RunSize.of(1_000, 20_000);
    private static final int PACKETS = 8;
    private static final int ENOUGH = 5;

    static List<Path> cases() throws IOException, URISyntaxException {
        return ReplayTest.cases();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void compiledProgramsGiveWhatTheInterpreterGives(boolean isChecked) throws LoadException {
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        List<String> differences = new ArrayList<>();
        int overBudget = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            Scenario scenario = Scenario.of(generator.generate(seed), PACKETS);
            try {
                Outcome expected = EnginePlayer.play(scenario);
                if (!isChecked
                        && expected.runs().stream()
                                .anyMatch(run -> !run.failure().isEmpty())) {
                    // A few programs are wrong; without checks they would do what they should not.
                    continue;
                }
                for (Function<ProgramSpec, ProgramFacts> facts :
                        List.<Function<ProgramSpec, ProgramFacts>>of(JitPrograms::noFacts, verified(scenario))) {
                    String difference = expected.difference(
                            EnginePlayer.playCompiled(scenario, isChecked, facts), "interpreted", "compiled");
                    if (!difference.isEmpty()) {
                        differences.add(ScenarioText.of("seed " + seed + "\n" + difference, scenario, expected));
                    }
                }
            } catch (OverBudget e) {
                overBudget++;
            }
            if (differences.size() == ENOUGH) {
                break;
            }
        }
        assertEquals(List.of(), differences, () -> String.join("\n", differences));
        assertTrue(overBudget <= PROGRAMS / 100, overBudget + " programs beyond the budget");
    }

    @Test
    void dividedProgramsGiveWhatTheInterpreterGives() throws LoadException {
        ProgramGenerator generator = new ProgramGenerator(Weights.everything());
        int overBudget = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            Scenario scenario = Scenario.of(generator.generate(seed), PACKETS);
            try {
                Outcome expected = EnginePlayer.play(scenario);
                Outcome divided = EnginePlayer.playDivided(scenario, JitPrograms::noFacts);
                String difference = expected.difference(divided, "interpreted", "divided");
                assertEquals(
                        "", difference, () -> ScenarioText.of("seed " + seed + "\n" + difference, scenario, expected));
            } catch (OverBudget e) {
                overBudget++;
            }
        }
        assertTrue(overBudget <= PROGRAMS / 100, overBudget + " programs beyond the budget");
    }

    /** The verifier's facts; none about what it refuses. */
    private static Function<ProgramSpec, ProgramFacts> verified(Scenario scenario) {
        return spec -> Verifier.verify(spec, scenario.maps(), VerifierOptions.standard())
                        instanceof Verification.Accepted accepted
                ? accepted.program().facts()
                : JitPrograms.noFacts(spec);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void compiledProgramsGiveWhatTheKernelGave(Path file) throws IOException, LoadException, OverBudget {
        ScenarioFile.Known known = ScenarioFile.read(Files.readString(file));
        for (boolean isChecked : new boolean[] {true, false}) {
            Outcome compiled = EnginePlayer.playCompiled(known.scenario(), isChecked, JitPrograms::noFacts);
            assertEquals("", known.outcome().difference(compiled, "kernel", "compiled"));
        }
    }
}
