// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.AluOp;

/** Shifts of a word. An unknown count is every count that it can be, one after the other. */
final class WordShift {
    private WordShift() {}

    /**
     * A superset of the word shifted by the counts modulo the width, which is a power of two.
     *
     * @param op LSH, RSH or ARSH
     */
    static Word apply(AluOp op, Word word, Word counts) {
        int lastBit = word.width() - 1;
        if (counts.isConstant()) {
            return shift(op, word, (int) counts.bits().value() & lastBit);
        }
        Word masked = Long.compareUnsigned(counts.umax(), lastBit) <= 0
                ? counts
                : WordArithmetic.apply(AluOp.AND, counts, Word.constant(word.width(), lastBit));
        Word result = null;
        for (int count = (int) masked.umin(); count <= masked.umax(); count++) {
            if (masked.bits().contains(count)) {
                result = union(result, shift(op, word, count));
            }
        }
        return Word.nonEmpty(result);
    }

    private static Word union(@Nullable Word a, Word b) {
        return a == null ? b : a.union(b);
    }

    /** @param count 0 to width - 1 */
    static Word shift(AluOp op, Word word, int count) {
        RangeJoin join = new RangeJoin(word.width());
        shift(op, join, word.posMin(), word.posMax(), count);
        shift(op, join, word.negMin(), word.negMax(), count);
        return join.toWord(shift(op, word.bits(), word.width(), count));
    }

    private static void shift(AluOp op, RangeJoin join, long min, long max, int count) {
        if (min > max) {
            return;
        }
        int width = join.width();
        switch (op) {
            case RSH -> join.addArc(Word.zeroExtend(width, min) >>> count, Word.zeroExtend(width, max) >>> count);
            case ARSH -> join.addSegment(min >> count, max >> count);
            default -> {
                if (Word.fits(width - count, max - min)) {
                    join.addArc(min << count, max << count);
                } else {
                    join.addAll();
                }
            }
        }
    }

    private static Tnum shift(AluOp op, Tnum bits, int width, int count) {
        return switch (op) {
            case RSH -> bits.zeroExtend(width).shiftRight(count).signExtend(width);
            case ARSH -> bits.arithmeticShiftRight(count, width).signExtend(width);
            default -> bits.shiftLeft(count).signExtend(width);
        };
    }
}
