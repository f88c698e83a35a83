// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Second operand of an arithmetic, branch or store instruction. */
public sealed interface Operand {
    /** Register r0 to r10. */
    record Register(int number) implements Operand {
        public Register {
            Instruction.checkRegister(number);
        }
    }

    /** The instruction's 32-bit immediate, sign-extended to 64 bits where the operation is 64 bits wide. */
    record Immediate(int value) implements Operand {}

    static Operand register(int number) {
        return new Register(number);
    }

    static Operand immediate(int value) {
        return new Immediate(value);
    }
}
