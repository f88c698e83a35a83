// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import weir.ebpf.isa.Condition;

/** Numbers for one side of a comparison that make it hold, or not. */
final class Targets {
    private static final long[] NONE = {};

    private Targets() {}

    /**
     * Numbers for the left side.
     *
     * @param holds whether the comparison is to hold
     * @param left what the left side is now
     * @param right what it is compared with
     */
    static long[] of(Condition condition, boolean is64, boolean holds, long left, long right) {
        long b = is64 ? right : (int) right;
        return switch (holds ? condition : negated(condition)) {
            case EQ -> new long[] {b};
            case NE -> new long[] {b + 1, b ^ 1};
            case GT -> new long[] {b + 1, -1};
            case GE, SGE -> new long[] {b, b + 1};
            case LT -> new long[] {b - 1, 0};
            case LE, SLE -> new long[] {b, b - 1};
            case SGT -> new long[] {b + 1, is64 ? Long.MAX_VALUE : Integer.MAX_VALUE};
            case SLT -> new long[] {b - 1, is64 ? Long.MIN_VALUE : Integer.MIN_VALUE};
            case SET -> holds ? anyBit(b) : new long[] {left & ~b, 0};
        };
    }

    private static long[] anyBit(long bits) {
        return bits == 0 ? NONE : new long[] {bits, Long.lowestOneBit(bits)};
    }

    /** Holds where the other does not; of {@code SET} itself, since there is no other. */
    private static Condition negated(Condition condition) {
        return switch (condition) {
            case EQ -> Condition.NE;
            case NE -> Condition.EQ;
            case SET -> Condition.SET;
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

    /** The same comparison with its sides exchanged. */
    static Condition mirrored(Condition condition) {
        return switch (condition) {
            case EQ, NE, SET -> condition;
            case GT -> Condition.LT;
            case GE -> Condition.LE;
            case LT -> Condition.GT;
            case LE -> Condition.GE;
            case SGT -> Condition.SLT;
            case SGE -> Condition.SLE;
            case SLT -> Condition.SGT;
            case SLE -> Condition.SGE;
        };
    }
}
