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
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

/**
 * Random programs, and those that once differed from the kernel, give the same compiled as interpreted, with checks and
 * without.
 *
 * <p>The compiler gets the verifier's facts, as it does outside of tests. Of some programs it gets none besides, and then
 * their class files are proved to be valid; those of the others the JVM verifies when it loads them.
 */
class JitDifferentialTest {
    private static final int PROGRAMS = RunSize.of(1_000, 1_000_000);
    /** Compiled a second time, in as many parts as can be. */
    private static final int DIVIDED_PROGRAMS = RunSize.of(1_000, 20_000);

    private static final int PACKETS = 8;
    private static final int ENOUGH = 5;
    /** One in so many is compiled without facts, too. */
    private static final int WITHOUT_FACTS = RunSize.of(4, 16);
    /** Between two lines that tell how far a long run has come. */
    private static final int REPORT = 10_000;

    private final ProgramGenerator generator = new ProgramGenerator(Weights.everything());
    private final List<String> differences = new ArrayList<>();
    private int compared;
    private int faulty;
    private int overBudget;

    static List<Path> cases() throws IOException, URISyntaxException {
        return ReplayTest.cases();
    }

    @Test
    void compiledProgramsGiveWhatTheInterpreterGives() throws LoadException {
        long last = 0;
        for (long seed : Seeds.of(PROGRAMS)) {
            last = seed;
            compare(seed);
            if (differences.size() >= ENOUGH) {
                break;
            }
            if ((seed + 1) % REPORT == 0) {
                report(seed);
            }
        }
        report(last);
        assertEquals(List.of(), differences, () -> String.join("\n", differences));
        assertTrue(overBudget <= 1 + compared / 100, overBudget + " programs beyond the budget");
    }

    @Test
    void dividedProgramsGiveWhatTheInterpreterGives() throws LoadException {
        for (long seed : Seeds.of(DIVIDED_PROGRAMS)) {
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
        assertTrue(overBudget <= DIVIDED_PROGRAMS / 100, overBudget + " programs beyond the budget");
    }

    private void report(long seed) {
        System.out.println("to seed " + seed + ": " + compared + " programs compared, " + faulty
                + " of them with checks only, " + overBudget + " beyond the budget, " + differences.size()
                + " differences");
    }

    private void compare(long seed) throws LoadException {
        Scenario scenario = Scenario.of(generator.generate(seed), PACKETS);
        try {
            Outcome expected = EnginePlayer.play(scenario);
            Map<String, ProgramFacts> facts = facts(scenario);
            compared++;
            compare(seed, scenario, facts, expected, true);
            // A few programs are wrong; without checks they would do what they should not.
            if (expected.runs().stream().allMatch(run -> run.failure().isEmpty())) {
                compare(seed, scenario, facts, expected, false);
            } else {
                faulty++;
            }
        } catch (OverBudget e) {
            overBudget++;
        }
    }

    private void compare(
            long seed, Scenario scenario, Map<String, ProgramFacts> facts, Outcome expected, boolean isChecked)
            throws LoadException, OverBudget {
        Outcome known = EnginePlayer.playCompiled(
                scenario,
                (loaded, host) -> JitPrograms.leftToTheJvm(loaded, host, isChecked, spec -> facts.get(spec.name())));
        note(seed, scenario, expected, expected.difference(known, "interpreted", "compiled"));
        if (seed % WITHOUT_FACTS == 0) {
            Outcome unknown = EnginePlayer.playCompiled(scenario, isChecked, JitPrograms::noFacts);
            note(seed, scenario, expected, expected.difference(unknown, "interpreted", "compiled without facts"));
        }
    }

    private void note(long seed, Scenario scenario, Outcome expected, String difference) {
        if (!difference.isEmpty()) {
            differences.add(ScenarioText.of("seed " + seed + "\n" + difference, scenario, expected));
        }
    }

    /** The verifier's facts by the names of programs; none about what it refuses. */
    private static Map<String, ProgramFacts> facts(Scenario scenario) {
        return scenario.programs().stream().collect(Collectors.toMap(ProgramSpec::name, spec -> facts(spec, scenario)));
    }

    private static ProgramFacts facts(ProgramSpec spec, Scenario scenario) {
        return Verifier.verify(spec, scenario.maps(), VerifierOptions.standard())
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
