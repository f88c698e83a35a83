// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** What the cases say about the running kernel. */
@RequiresFeature(Feature.BPF_PROGRAMS)
class KernelRuleCaseTest {
    static Stream<RuleCase> cases() {
        return RuleCase.all().filter(each -> each.kernel() != RuleCase.Kernel.UNKNOWN);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void kernelSaysSo(RuleCase each) {
        KernelVerdict verdict = KernelVerdict.of(each.program(), each.maps());
        RuleCase.Kernel kernel = verdict.isAccepted() ? RuleCase.Kernel.ACCEPTS : RuleCase.Kernel.REJECTS;
        assertEquals(each.kernel(), kernel, () -> each.name() + ": " + each.why() + '\n' + verdict.log());
    }
}
