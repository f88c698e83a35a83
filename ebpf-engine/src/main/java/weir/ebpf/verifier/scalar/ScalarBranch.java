// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Condition;

/**
 * What a conditional jump tells of its operands; {@code is_scalar_branch_taken} and {@code reg_set_min_max} of Linux
 * 6.18, kernel/bpf/verifier.c. Pure.
 */
public final class ScalarBranch {
    private ScalarBranch() {}

    /** For how many of the pairs of numbers a condition holds. */
    public enum Outcome {
        ALWAYS,
        NEVER,
        /** It depends, or cannot be told. */
        UNKNOWN;

        Outcome opposite() {
            return switch (this) {
                case ALWAYS -> NEVER;
                case NEVER -> ALWAYS;
                case UNKNOWN -> UNKNOWN;
            };
        }
    }

    /** The operands after a jump. */
    public record Refined(Scalar left, Scalar right) {}

    /** Whether {@code a c b} holds, on 64 or on the low 32 bits. */
    public static Outcome decide(Condition c, boolean is64, Scalar a, Scalar b) {
        Outcome outcome = is64 ? WordBranch.decide(c, a.wide(), b.wide()) : WordBranch.decide(c, a.low(), b.low());
        boolean equality = c == Condition.EQ || c == Condition.NE;
        if (outcome == Outcome.UNKNOWN && is64 && equality && a.intersect(b) == null) {
            return c == Condition.EQ ? Outcome.NEVER : Outcome.ALWAYS;
        }
        return outcome;
    }

    /**
     * The operands where {@code a c b} holds, or does not hold, on 64 or on the low 32 bits; null if it never or always
     * does.
     *
     * @param taken whether the condition holds
     */
    public static @Nullable Refined refine(Condition c, boolean is64, boolean taken, Scalar a, Scalar b) {
        if (is64 && c == (taken ? Condition.EQ : Condition.NE)) {
            Scalar both = a.intersect(b);
            return both == null ? null : new Refined(both, both);
        }
        WordBranch.Pair pair =
                is64 ? WordBranch.refine(c, taken, a.wide(), b.wide()) : WordBranch.refine(c, taken, a.low(), b.low());
        if (pair == null) {
            return null;
        }
        Scalar left = is64 ? withWide(a, pair.left()) : withLow(a, pair.left());
        Scalar right = is64 ? withWide(b, pair.right()) : withLow(b, pair.right());
        return left == null || right == null ? null : new Refined(left, right);
    }

    private static @Nullable Scalar withWide(Scalar scalar, Word wide) {
        return wide.equals(scalar.wide()) ? scalar : Scalar.reduce(wide, scalar.low());
    }

    private static @Nullable Scalar withLow(Scalar scalar, Word low) {
        return low.equals(scalar.low()) ? scalar : Scalar.reduce(scalar.wide(), low);
    }
}
