// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.program.Fault;

/** The rules, by programs that keep them and twins that break them. */
class RuleCaseTest {
    static Stream<RuleCase> cases() {
        return RuleCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void getsItsVerdict(RuleCase each) {
        Verification verification = Verifier.verify(each.program(), each.maps(), VerifierOptions.standard());
        switch (verification) {
            case Verification.Accepted _ ->
                assertTrue(each.expected().isAccepted(), () -> each.name() + ": " + each.why());
            case Verification.Rejected rejected ->
                check(each, rejected.violations().getFirst());
        }
    }

    private static void check(RuleCase each, Violation violation) {
        if (each.expected().isAccepted()) {
            fail(each.name() + ": " + each.why() + ": " + violation.text());
        }
        assertAll(
                () -> assertEquals(each.expected().kind(), violation.kind(), each.name() + ": " + violation.text()),
                () -> assertEquals(each.expected().slot(), violation.slot(), each.name() + ": " + violation.text()),
                () -> assertTrue(
                        violation.message().contains(each.expected().text()), each.name() + ": " + violation.text()));
    }

    static Stream<RuleCase> accepted() {
        return cases().filter(each -> each.expected().isAccepted());
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void breaksNoRuleWhenItRuns(RuleCase each) throws Exception {
        for (Fault fault : RuleRuns.faults(each.program(), each.maps())) {
            assertTrue(fault.kind().isLimit(), fault::text);
        }
    }

    @Test
    void namesTellCasesApart() {
        Map<String, Long> counts = cases().collect(Collectors.groupingBy(RuleCase::name, Collectors.counting()));
        List<String> twice = counts.entrySet().stream()
                .filter(each -> each.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
        assertEquals(List.of(), twice);
    }
}
