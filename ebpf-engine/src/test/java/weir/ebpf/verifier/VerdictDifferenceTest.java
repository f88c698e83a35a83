// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Encoder;
import weir.ebpf.kernel.CodeFunctions;
import weir.ebpf.kernel.KernelVerifier;
import weir.ebpf.program.ProgramSpec;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** Loops that may never end, beside a helper that calls back: which of them the kernel lets through, and no others. */
@RequiresFeature(Feature.BPF_PROGRAMS)
class VerdictDifferenceTest {
    /**
     * A turn is a call of {@code bpf_loop}, and goes on as long as a random number is not 0. So much comes before that the
     * state at its beginning is kept.
     */
    private static final String ROUND_A_CALLBACK = """
            call 7
            r1 = 1
            r2 = 2
            r3 = 3
            r4 = 4
            r5 = 5
            call 7
            r1 = 1
            goto again
            again: r1 = 1
            r2 = &body
            r3 = 0
            r4 = 0
            call 181
            call 7
            if r0 == 0 goto end
            goto again
            end: r0 = 2
            exit
            body: r0 = 0
            exit
            """;

    /** The same call in a function of its own. */
    private static final String ROUND_A_FUNCTION = """
            call 7
            r1 = 1
            r2 = 2
            r3 = 3
            r4 = 4
            r5 = 5
            call 7
            r1 = 1
            goto again
            again: r6 = 0
            call turn
            call 7
            if r0 == 0 goto end
            goto again
            end: r0 = 2
            exit
            turn: r1 = 1
            r2 = &body
            r3 = 0
            r4 = 0
            call 181
            r0 = 0
            exit
            body: r0 = 0
            exit
            """;

    /** The call comes first, and the loop goes round other instructions. */
    private static final String BEHIND_A_CALLBACK = """
            r1 = 1
            r2 = &body
            r3 = 0
            r4 = 0
            call 181
            again: call 7
            r1 = 1
            r2 = 2
            r3 = 3
            r4 = 4
            r5 = 5
            if r0 == 0 goto end
            goto again
            end: r0 = 2
            exit
            body: r0 = 0
            exit
            """;

    @Test
    void aLoopRoundACallbackIsRefusedHereAloneForAReasonThatIsKnown() {
        Code code = new Assembler().read(ROUND_A_CALLBACK).code();
        assertFalse(explained(code).isEmpty());
        assertTrue(kernelAccepts(code));
    }

    /** Such a loop is ended by the budget of the run. */
    @Test
    void aLoopRoundAFunctionWithTheCallIsAcceptedByBoth() {
        Code code = new Assembler().read(ROUND_A_FUNCTION).code();
        assertInstanceOf(Verification.Accepted.class, verify(code));
        assertTrue(kernelAccepts(code));
    }

    @Test
    void aLoopBehindACallbackIsRefusedByBothAndNothingWouldExplainADifference() {
        Code code = new Assembler().read(BEHIND_A_CALLBACK).code();
        assertEquals("", explained(code));
        assertFalse(kernelAccepts(code));
    }

    /** Why the verifier alone would refuse it; empty where nothing explains it. */
    private static String explained(Code code) {
        Violation violation = assertInstanceOf(Verification.Rejected.class, verify(code))
                .violations()
                .getFirst();
        assertEquals(ViolationKind.INFINITE_LOOP, violation.kind(), violation::text);
        return VerdictDifference.ofRefused(violation, () -> code, () -> {
            throw new AssertionError("who asks does not matter");
        });
    }

    private static Verification verify(Code code) {
        return Verifier.verify(spec(code), List.of(), HelperTable.xdp(), VerifierOptions.standard());
    }

    private static boolean kernelAccepts(Code code) {
        ProgramSpec spec = spec(code);
        return KernelVerifier.verdict(spec, Encoder.encode(code), new int[0]).accepted();
    }

    private static ProgramSpec spec(Code code) {
        ProgramSpec plain = ProgramSpec.of("loop", code);
        return new ProgramSpec(
                plain.name(),
                plain.section(),
                plain.type(),
                plain.attach(),
                code,
                CodeFunctions.of(code),
                plain.lines(),
                plain.license(),
                plain.unresolved());
    }
}
