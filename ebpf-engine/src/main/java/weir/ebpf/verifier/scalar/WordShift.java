// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import weir.ebpf.isa.AluOp;

/** Shifts of a word by one count or by several. */
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
        int least = (int) masked.umin();
        int most = (int) masked.umax();
        RangeJoin join = new RangeJoin(word.width());
        shiftBetween(op, join, word.posMin(), word.posMax(), least, most);
        shiftBetween(op, join, word.negMin(), word.negMax(), least, most);
        return join.toWord(shiftByAny(op, word, masked));
    }

    /** The ends of the results: each direction has its largest numbers at the smallest or at the largest count. */
    private static void shiftBetween(AluOp op, RangeJoin join, long min, long max, int least, int most) {
        if (min > max) {
            return;
        }
        int width = join.width();
        switch (op) {
            case RSH -> join.addArc(Word.zeroExtend(width, min) >>> most, Word.zeroExtend(width, max) >>> least);
            case ARSH -> join.addSegment(min >> (min < 0 ? least : most), max >> (max < 0 ? most : least));
            default -> {
                if (min >= 0 && Word.fits(width - most, max)) {
                    join.addArc(min << least, max << most);
                } else if (min < 0 && Word.signExtend(width - most, min) == min) {
                    join.addArc(min << most, max << least);
                } else {
                    join.addAll();
                }
            }
        }
    }

    private static Tnum shiftByAny(AluOp op, Word word, Word counts) {
        Tnum result = shift(op, word.bits(), word.width(), (int) counts.umin());
        for (int count = (int) counts.umin() + 1; count <= counts.umax() && result.mask() != -1; count++) {
            if (counts.bits().contains(count)) {
                result = result.union(shift(op, word.bits(), word.width(), count));
            }
        }
        return result;
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
