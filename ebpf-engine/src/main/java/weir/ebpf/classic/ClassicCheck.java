// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.classic;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the kernel asks of a filter before it attaches it, {@code bpf_check_classic} and {@code check_load_and_stores} of
 * {@code net/core/filter.c}: known codes, jumps that stay inside, no constant division by zero, no scratch word that is
 * read before it was written on every path, a return at the end.
 */
final class ClassicCheck {
    private static final int WORD_BITS = 32;
    private static final int ALL_WORDS = (1 << ClassicFilter.SCRATCH_WORDS) - 1;

    private final List<ClassicInstruction> instructions;

    ClassicCheck(List<ClassicInstruction> instructions) {
        this.instructions = instructions;
    }

    void check() throws ClassicFilterException {
        for (int at = 0; at < instructions.size(); at++) {
            check(at, instructions.get(at));
        }
        int last = instructions.size() - 1;
        if (!ClassicOpcode.isReturn(instructions.get(last).code())) {
            throw problem(last, "the last instruction is no return (code 6 or 22)");
        }
        checkScratch();
    }

    private void check(int at, ClassicInstruction instruction) throws ClassicFilterException {
        int code = instruction.code();
        int k = instruction.k();
        if (!ClassicOpcode.isKnown(code)) {
            throw problem(at, String.format(Locale.ROOT, "code %d (0x%02x) is none of classic BPF", code, code));
        }
        if ((ClassicOpcode.readsScratch(code) || ClassicOpcode.writesScratch(code))
                && Integer.compareUnsigned(k, ClassicFilter.SCRATCH_WORDS) >= 0) {
            throw problem(
                    at, "scratch word " + unsigned(k) + "; there are words 0 to " + (ClassicFilter.SCRATCH_WORDS - 1));
        }
        if (ClassicOpcode.classOf(code) == ClassicOpcode.ALU && !ClassicOpcode.usesX(code)) {
            checkConstant(at, ClassicOpcode.operation(code), k);
        }
        checkJumps(at, instruction);
        if (ClassicOpcode.isAbsoluteLoad(code)) {
            checkAncillary(at, k);
        }
    }

    private static void checkConstant(int at, int operation, int k) throws ClassicFilterException {
        boolean divides = operation == ClassicOpcode.DIV || operation == ClassicOpcode.MOD;
        if (divides && k == 0) {
            throw problem(at, "division by the constant 0");
        }
        boolean shifts = operation == ClassicOpcode.LSH || operation == ClassicOpcode.RSH;
        if (shifts && Integer.compareUnsigned(k, WORD_BITS) >= 0) {
            throw problem(at, "shift by " + unsigned(k) + " bits; a word has " + WORD_BITS);
        }
    }

    private void checkJumps(int at, ClassicInstruction instruction) throws ClassicFilterException {
        int behind = instructions.size() - at - 1;
        if (ClassicOpcode.isJumpAlways(instruction.code()) && Integer.compareUnsigned(instruction.k(), behind) >= 0) {
            throw leaves(at, unsigned(instruction.k()), behind);
        }
        if (ClassicOpcode.isCondition(instruction.code())) {
            int farthest = Math.max(instruction.jt(), instruction.jf());
            if (farthest >= behind) {
                throw leaves(at, String.valueOf(farthest), behind);
            }
        }
    }

    private static ClassicFilterException leaves(int at, String passedOver, int behind) {
        return problem(at, "jumps over " + passedOver + " instructions, and only " + behind + " follow");
    }

    private static void checkAncillary(int at, int k) throws ClassicFilterException {
        if (!Ancillary.isAncillary(k)) {
            if (k < 0) {
                throw problem(
                        at,
                        "offset " + unsigned(k) + " counts from a header that only a kernel knows (SKF_NET_OFF,"
                                + " SKF_LL_OFF)");
            }
            return;
        }
        Ancillary asked = Ancillary.at(k);
        if (asked == null) {
            throw problem(at, "offset " + unsigned(k) + " is beyond every frame, and no ancillary load (SKF_AD_OFF)");
        }
        String unknown = asked.unknownHere();
        if (unknown != null) {
            throw problem(at, "asks for what only a kernel knows, SKF_AD_" + asked + ": " + unknown);
        }
    }

    private void checkScratch() throws ClassicFilterException {
        int[] written = new int[instructions.size()];
        Arrays.fill(written, ALL_WORDS);
        int now = 0;
        for (int at = 0; at < instructions.size(); at++) {
            ClassicInstruction instruction = instructions.get(at);
            int code = instruction.code();
            now &= written[at];
            if (ClassicOpcode.writesScratch(code)) {
                now |= 1 << instruction.k();
            } else if (ClassicOpcode.readsScratch(code)) {
                if ((now & (1 << instruction.k())) == 0) {
                    throw problem(
                            at,
                            "reads scratch word " + instruction.k() + ", which is not written on every path to here");
                }
            } else if (ClassicOpcode.isJumpAlways(code)) {
                written[at + 1 + instruction.k()] &= now;
                now = ALL_WORDS;
            } else if (ClassicOpcode.isCondition(code)) {
                written[at + 1 + instruction.jt()] &= now;
                written[at + 1 + instruction.jf()] &= now;
                now = ALL_WORDS;
            }
        }
    }

    private static String unsigned(int word) {
        return Integer.toUnsignedString(word);
    }

    private static ClassicFilterException problem(int at, String rule) {
        return new ClassicFilterException("instruction " + at + ": " + rule);
    }
}
