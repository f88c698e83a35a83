// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import weir.ebpf.isa.AluOp;

/**
 * The two-operand instructions on words of one width. Each pair of ranges, one of either operand, gives an arc of
 * results; what is known of the bits comes from the tnums.
 */
final class WordArithmetic {
    private WordArithmetic() {}

    /** What an operation can give for two ranges of numbers of one sign each, both sign-extended. */
    @FunctionalInterface
    interface RangeOp {
        void join(RangeJoin into, long aMin, long aMax, long bMin, long bMax);
    }

    /** A superset of {@code x op y} for the numbers of two words of the same width. */
    static Word apply(AluOp op, Word a, Word b) {
        Tnum x = a.bits();
        Tnum y = b.bits();
        return switch (op) {
            case ADD -> eachPair(a, b, WordArithmetic::add, x.add(y));
            case SUB -> eachPair(a, b, WordArithmetic::subtract, x.subtract(y));
            case MUL -> multiply(a, b, x.multiply(y));
            case DIV, SDIV, MOD, SMOD -> WordDivision.apply(op, a, b);
            case OR, AND, XOR -> bitwise(op, a, b);
            case LSH, RSH, ARSH -> WordShift.apply(op, a, b);
            case MOV -> b;
        };
    }

    static Word negate(Word word) {
        return apply(AluOp.SUB, Word.constant(word.width(), 0), word);
    }

    static Word eachPair(Word a, Word b, RangeOp op, Tnum bits) {
        RangeJoin join = new RangeJoin(a.width());
        eachOfRight(join, a.posMin(), a.posMax(), b, op);
        eachOfRight(join, a.negMin(), a.negMax(), b, op);
        return join.toWord(bits.signExtend(a.width()));
    }

    private static void eachOfRight(RangeJoin join, long min, long max, Word b, RangeOp op) {
        if (min > max) {
            return;
        }
        if (b.hasPositive()) {
            op.join(join, min, max, b.posMin(), b.posMax());
        }
        if (b.hasNegative()) {
            op.join(join, min, max, b.negMin(), b.negMax());
        }
    }

    private static void add(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        into.addArc(aMin + bMin, aMax + bMax);
    }

    private static void subtract(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        into.addArc(aMin - bMax, aMax - bMin);
    }

    /** Products by signs, and where none is larger than the width, those of the unsigned numbers, too. */
    private static Word multiply(Word a, Word b, Tnum bits) {
        int width = a.width();
        Word bySigns = eachPair(a, b, WordArithmetic::multiply, bits);
        long aMax = Word.zeroExtend(width, a.umax());
        long bMax = Word.zeroExtend(width, b.umax());
        long max = aMax * bMax;
        if (Math.unsignedMultiplyHigh(aMax, bMax) != 0 || !Word.fits(width, max)) {
            return bySigns;
        }
        RangeJoin unsigned = new RangeJoin(width);
        unsigned.addArc(Word.zeroExtend(width, a.umin()) * Word.zeroExtend(width, b.umin()), max);
        return Word.nonEmpty(unsigned.intersect(bySigns));
    }

    /** The corner with the smallest and that with the largest product follow from the signs. */
    private static void multiply(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        if (aMin >= 0) {
            if (bMin >= 0) {
                addProducts(into, aMin, bMin, aMax, bMax);
            } else {
                addProducts(into, aMax, bMin, aMin, bMax);
            }
        } else if (bMin >= 0) {
            addProducts(into, aMin, bMax, aMax, bMin);
        } else {
            addProducts(into, aMax, bMax, aMin, bMin);
        }
    }

    /** All from {@code a * b} to {@code c * d}, products of 128 bits, if that is less than once round. */
    private static void addProducts(RangeJoin into, long a, long b, long c, long d) {
        long first = a * b;
        long last = c * d;
        long length = last - first;
        long borrow = Long.compareUnsigned(last, first) < 0 ? 1 : 0;
        long lengthHigh = Math.multiplyHigh(c, d) - Math.multiplyHigh(a, b) - borrow;
        if (lengthHigh == 0 && Word.fits(into.width(), length)) {
            into.addArc(first, last);
        } else {
            into.addAll();
        }
    }

    private static Word bitwise(AluOp op, Word a, Word b) {
        RangeOp join = (into, aMin, aMax, bMin, bMax) -> {
            Tnum x = Word.rangeBits(a.bits(), aMin, aMax);
            Tnum y = Word.rangeBits(b.bits(), bMin, bMax);
            Tnum bits = bitwise(op, x, y);
            long min = bits.value();
            long max = bits.value() | bits.mask();
            if (op == AluOp.AND) {
                max = umin(max, umin(aMax, bMax));
            } else if (op == AluOp.OR) {
                min = umax(min, umax(aMin, bMin));
            }
            into.addSegment(min, max);
        };
        return eachPair(a, b, join, bitwise(op, a.bits(), b.bits()));
    }

    private static Tnum bitwise(AluOp op, Tnum x, Tnum y) {
        return op == AluOp.AND ? x.and(y) : op == AluOp.OR ? x.or(y) : x.xor(y);
    }

    private static long umin(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    private static long umax(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }
}
