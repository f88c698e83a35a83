// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Assembler;
import weir.ebpf.program.ProgramSpec;

/** Loops by {@code bpf_loop}, turn by turn. */
class CallbackTurnsTest {
    /** From the second turn on all is as it was at the same place one turn before. */
    @Test
    void acceptsTurnsThatAreAllAlike() {
        String code = """
                *(u64 *)(r10 -8) = 0
                r1 = 1000
                r2 = pc+7
                r3 = r10
                r3 += -8
                r4 = 0
                call 181
                r0 = 2
                exit
                *(u64 *)(r2 +0) = r1
                r3 = 1
                r3 = 2
                r3 = 3
                r3 = 4
                if r1 == 7 goto pc+1
                r3 = 5
                if r1 == 8 goto pc+1
                r3 = 6
                if r1 == 9 goto pc+1
                r3 = 7
                r0 = 0
                exit
                """;
        ProgramSpec spec = ProgramSpec.of("turns", new Assembler().read(code).code());
        Verification verification = Verifier.verify(spec, List.of(), HelperTable.xdp(), VerifierOptions.standard());
        assertInstanceOf(Verification.Accepted.class, verification, verification::toString);
    }
}
