// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Condition;

/** What a comparison of two words of one width tells. */
final class WordBranch {
    private WordBranch() {}

    /** Two operands for which a comparison can hold. */
    record Pair(Word left, Word right) {
        static @Nullable Pair of(@Nullable Word left, @Nullable Word right) {
            return left == null || right == null ? null : new Pair(left, right);
        }

        private static @Nullable Pair swapped(@Nullable Pair pair) {
            return pair == null ? null : new Pair(pair.right, pair.left);
        }
    }

    /** The condition that holds exactly where the other does not; null for SET, which has none. */
    static @Nullable Condition opposite(Condition condition) {
        return switch (condition) {
            case EQ -> Condition.NE;
            case NE -> Condition.EQ;
            case SET -> null;
            case GT -> Condition.LE;
            case GE -> Condition.LT;
            case LT -> Condition.GE;
            case LE -> Condition.GT;
            case SGT -> Condition.SLE;
            case SGE -> Condition.SLT;
            case SLT -> Condition.SGE;
            case SLE -> Condition.SGT;
        };
    }

    /** The operands for which the condition holds, or does not; null if there are none. */
    static @Nullable Pair refine(Condition condition, boolean holds, Word a, Word b) {
        Condition opposite = opposite(condition);
        if (opposite == null) {
            return holds ? someBitCommon(a, b) : noBitCommon(a, b);
        }
        return refine(holds ? condition : opposite, a, b);
    }

    private static @Nullable Pair refine(Condition condition, Word a, Word b) {
        return switch (condition) {
            case EQ -> {
                Word both = a.intersect(b);
                yield Pair.of(both, both);
            }
            case NE -> different(a, b);
            case SET -> someBitCommon(a, b);
            case LT -> below(a, b, 1);
            case LE -> below(a, b, 0);
            case GT -> Pair.swapped(below(b, a, 1));
            case GE -> Pair.swapped(below(b, a, 0));
            case SLT -> belowSigned(a, b, 1);
            case SLE -> belowSigned(a, b, 0);
            case SGT -> Pair.swapped(belowSigned(b, a, 1));
            case SGE -> Pair.swapped(belowSigned(b, a, 0));
        };
    }

    /** {@code a + distance <= b}, unsigned; the distance is 0 or 1. */
    private static @Nullable Pair below(Word a, Word b, int distance) {
        if (distance != 0 && (b.umax() == 0 || a.umin() == -1)) {
            return null;
        }
        return Pair.of(a.atMost(b.umax() - distance), b.atLeast(a.umin() + distance));
    }

    /** {@code a + distance <= b}, signed; the distance is 0 or 1. */
    private static @Nullable Pair belowSigned(Word a, Word b, int distance) {
        long max = Word.max(a.width());
        if (distance != 0 && (b.smax() == ~max || a.smin() == max)) {
            return null;
        }
        return Pair.of(a.atMostSigned(b.smax() - distance), b.atLeastSigned(a.smin() + distance));
    }

    private static @Nullable Pair different(Word a, Word b) {
        return Pair.of(
                b.isConstant() ? a.without(b.bits().value()) : a,
                a.isConstant() ? b.without(a.bits().value()) : b);
    }

    /** Bits that can be set in both. */
    private static long commonBits(Word a, Word b) {
        return (a.bits().value() | a.bits().mask())
                & (b.bits().value() | b.bits().mask());
    }

    private static @Nullable Pair someBitCommon(Word a, Word b) {
        long common = commonBits(a, b);
        long lowest = Word.signExtend(a.width(), Long.lowestOneBit(common));
        if (common == 0) {
            return null;
        }
        if (common != lowest) {
            return Pair.of(a.without(0), b.without(0));
        }
        Tnum set = new Tnum(common, ~common);
        return Pair.of(a.withBits(set), b.withBits(set));
    }

    private static @Nullable Pair noBitCommon(Word a, Word b) {
        return Pair.of(
                a.withBits(new Tnum(0, ~b.bits().value())),
                b.withBits(new Tnum(0, ~a.bits().value())));
    }

    /** Whether the condition holds for all pairs of numbers, for none, or it depends. */
    static ScalarBranch.Outcome decide(Condition condition, Word a, Word b) {
        return switch (condition) {
            case EQ -> equal(a, b);
            case NE -> equal(a, b).opposite();
            case SET ->
                commonBits(a, b) == 0
                        ? ScalarBranch.Outcome.NEVER
                        : outcome((a.bits().value() & b.bits().value()) != 0, false);
            case LT -> less(a, b);
            case GE -> less(a, b).opposite();
            case GT -> less(b, a);
            case LE -> less(b, a).opposite();
            case SLT -> lessSigned(a, b);
            case SGE -> lessSigned(a, b).opposite();
            case SGT -> lessSigned(b, a);
            case SLE -> lessSigned(b, a).opposite();
        };
    }

    private static ScalarBranch.Outcome outcome(boolean always, boolean never) {
        if (always) {
            return ScalarBranch.Outcome.ALWAYS;
        }
        return never ? ScalarBranch.Outcome.NEVER : ScalarBranch.Outcome.UNKNOWN;
    }

    private static ScalarBranch.Outcome equal(Word a, Word b) {
        if (a.isConstant() && b.isConstant()) {
            boolean same = a.bits().value() == b.bits().value();
            return outcome(same, !same);
        }
        return outcome(false, a.intersect(b) == null);
    }

    private static ScalarBranch.Outcome less(Word a, Word b) {
        return outcome(Long.compareUnsigned(a.umax(), b.umin()) < 0, Long.compareUnsigned(a.umin(), b.umax()) >= 0);
    }

    private static ScalarBranch.Outcome lessSigned(Word a, Word b) {
        return outcome(a.smax() < b.smin(), a.smin() >= b.smax());
    }
}
