// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import weir.ebpf.isa.Arithmetic;
import weir.ebpf.isa.Condition;

/**
 * Numbers for the left side of a comparison that make it hold, or not.
 *
 * @param condition of the comparison
 * @param is64 whether 64 bits are compared, or 32
 * @param holds whether it is to hold
 */
record Targets(Condition condition, boolean is64, boolean holds) {
    /** Sources that were shifted or masked are multiples of a power of two, mostly not of a larger one. */
    private static final int MAX_SHIFT = 8;

    /**
     * Numbers that will do, the likely ones first.
     *
     * @param left what the left side is now
     * @param right what it is compared with
     * @param bits that the left side may have
     */
    List<Long> of(long left, long right, long bits) {
        Set<Long> candidates = new LinkedHashSet<>();
        for (long each : new long[] {right, right + 1, right - 1, right ^ Long.lowestOneBit(bits), right & bits}) {
            candidates.add(each);
        }
        for (long each : new long[] {0, left & ~right, Long.lowestOneBit(right & bits), bits, -1, bits >>> 1}) {
            candidates.add(each);
        }
        for (int shift = 1; shift <= MAX_SHIFT; shift++) {
            long step = 1L << shift;
            candidates.add((right & -step) + step);
            candidates.add((right & -step) - step);
        }
        long mask = is64 ? -1 : 0xffff_ffffL;
        return candidates.stream()
                .filter(each -> isMet(each, right))
                .map(each -> each & mask)
                .distinct()
                .toList();
    }

    private boolean isMet(long left, long right) {
        boolean isTrue = is64
                ? Arithmetic.compare64(condition, left, right)
                : Arithmetic.compare32(condition, (int) left, (int) right);
        return isTrue == holds;
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
