// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import java.util.HashSet;
import java.util.Set;

/**
 * Parts of an opcode of classic BPF, {@code uapi/linux/bpf_common.h}, and which of them go together.
 *
 * <pre>
 *   7   5 4   3 2   0                 7       4   3     2   0
 *  +-----+-----+-----+               +---------+-----+-----+
 *  | mode| size|class|  loads        |operation| X/K |class|  ALU, JMP;  RET: the source in 4..3;  MISC: 7..3
 *  +-----+-----+-----+               +---------+-----+-----+
 * </pre>
 */
final class ClassicOpcode {
    static final int LD = 0;
    static final int LDX = 1;
    static final int ST = 2;
    static final int STX = 3;
    static final int ALU = 4;
    static final int JMP = 5;
    static final int RET = 6;
    static final int MISC = 7;

    static final int WORD = 0;
    static final int HALF = 0x08;
    static final int BYTE = 0x10;
    private static final int SIZE_MASK = 0x18;

    static final int IMM = 0;
    static final int ABS = 0x20;
    static final int IND = 0x40;
    static final int MEM = 0x60;
    static final int LEN = 0x80;
    static final int MSH = 0xa0;
    private static final int MODE_MASK = 0xe0;

    static final int ADD = 0;
    static final int SUB = 0x10;
    static final int MUL = 0x20;
    static final int DIV = 0x30;
    static final int OR = 0x40;
    static final int AND = 0x50;
    static final int LSH = 0x60;
    static final int RSH = 0x70;
    static final int NEG = 0x80;
    static final int MOD = 0x90;
    static final int XOR = 0xa0;

    static final int JA = 0;
    static final int JEQ = 0x10;
    static final int JGT = 0x20;
    static final int JGE = 0x30;
    static final int JSET = 0x40;
    private static final int OPERATION_MASK = 0xf0;

    static final int K = 0;
    static final int X = 0x08;
    /** Source of {@link #RET}. */
    static final int A = 0x10;

    static final int TAX = 0;
    static final int TXA = 0x80;

    private static final int CLASS_MASK = 0x07;

    private static final int[] BINARY = {ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, MOD, XOR};
    private static final int[] CONDITIONS = {JEQ, JGT, JGE, JSET};
    private static final int[] SIZES = {WORD, HALF, BYTE};
    private static final Set<Integer> KNOWN = known();

    private ClassicOpcode() {}

    /** {@code chk_code_allowed} of {@code net/core/filter.c}. */
    private static Set<Integer> known() {
        Set<Integer> codes = new HashSet<>();
        for (int source : new int[] {K, X}) {
            for (int operation : BINARY) {
                codes.add(ALU | operation | source);
            }
            for (int condition : CONDITIONS) {
                codes.add(JMP | condition | source);
            }
        }
        for (int size : SIZES) {
            codes.add(LD | ABS | size);
            codes.add(LD | IND | size);
        }
        codes.addAll(Set.of(ALU | NEG, JMP | JA, RET | K, RET | A, MISC | TAX, MISC | TXA));
        codes.addAll(Set.of(LD | LEN, LD | IMM, LD | MEM, LDX | LEN, LDX | IMM, LDX | MEM, LDX | MSH | BYTE, ST, STX));
        return codes;
    }

    static boolean isKnown(int code) {
        return KNOWN.contains(code);
    }

    static int classOf(int code) {
        return code & CLASS_MASK;
    }

    static int mode(int code) {
        return code & MODE_MASK;
    }

    static int operation(int code) {
        return code & OPERATION_MASK;
    }

    static boolean usesX(int code) {
        return (code & X) != 0;
    }

    /** Bytes that a load takes. */
    static int bytes(int code) {
        return switch (code & SIZE_MASK) {
            case HALF -> Short.BYTES;
            case BYTE -> Byte.BYTES;
            default -> Integer.BYTES;
        };
    }

    /** Whether the instruction loads bytes of the frame at a constant place. */
    static boolean isAbsoluteLoad(int code) {
        return classOf(code) == LD && mode(code) == ABS;
    }

    static boolean isCondition(int code) {
        return classOf(code) == JMP && operation(code) != JA;
    }

    static boolean isJumpAlways(int code) {
        return code == (JMP | JA);
    }

    static boolean isReturn(int code) {
        return classOf(code) == RET;
    }

    /** Whether the instruction reads a word of scratch memory. */
    static boolean readsScratch(int code) {
        return code == (LD | MEM) || code == (LDX | MEM);
    }

    static boolean writesScratch(int code) {
        return code == ST || code == STX;
    }
}
