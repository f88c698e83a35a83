// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import weir.ebpf.isa.AluOp;

/**
 * Quotients and remainders of words, unsigned and signed. By zero the quotient is 0 and the remainder the dividend;
 * that case is split off, and the others see no zero among the divisors.
 */
final class WordDivision {
    private WordDivision() {}

    /** @param op DIV, SDIV, MOD or SMOD */
    static Word apply(AluOp op, Word a, Word b) {
        return switch (op) {
            case DIV ->
                isPowerOfTwo(b)
                        ? WordShift.shift(
                                AluOp.RSH,
                                a,
                                Long.numberOfTrailingZeros(b.bits().value()))
                        : WordArithmetic.eachPair(a, b, WordDivision::divide, Tnum.UNKNOWN);
            case SDIV -> WordArithmetic.eachPair(a, b, WordDivision::divideSigned, Tnum.UNKNOWN);
            case MOD -> WordArithmetic.eachPair(a, b, WordDivision::remainder, remainderBits(a.bits(), b.bits()));
            default -> WordArithmetic.eachPair(a, b, WordDivision::remainderSigned, remainderBits(a.bits(), b.bits()));
        };
    }

    private static boolean isPowerOfTwo(Word b) {
        long number = b.bits().value();
        return b.isConstant() && number == Long.lowestOneBit(number) && number != 0;
    }

    /** A multiple of 2^n is taken away, so that the lowest n bits stay. */
    private static Tnum remainderBits(Tnum a, Tnum b) {
        int zeros = b.trailingZeros();
        if (zeros == Long.SIZE) {
            return a;
        }
        long unknown = a.mask() | -1L << zeros;
        return new Tnum(a.value() & ~unknown, unknown);
    }

    private static void divide(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        long divisor = bMin;
        if (bMin == 0) {
            into.addSegment(0, 0);
            divisor = 1;
        }
        if (bMax != 0) {
            int width = into.width();
            into.addArc(
                    Long.divideUnsigned(Word.zeroExtend(width, aMin), Word.zeroExtend(width, bMax)),
                    Long.divideUnsigned(Word.zeroExtend(width, aMax), Word.zeroExtend(width, divisor)));
        }
    }

    /** Towards zero. The least number by -1 is itself again, the end of an arc that begins at the positive ones. */
    private static void divideSigned(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        long divisor = bMin;
        if (bMin == 0) {
            into.addSegment(0, 0);
            divisor = 1;
        }
        if (bMax == 0) {
            return;
        }
        if (aMin >= 0) {
            if (bMax > 0) {
                into.addArc(aMin / bMax, aMax / divisor);
            } else {
                into.addArc(aMax / bMax, aMin / bMin);
            }
        } else if (bMax > 0) {
            into.addArc(aMin / divisor, aMax / bMax);
        } else {
            into.addArc(aMax / bMin, aMin / bMax);
        }
    }

    private static void remainder(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        int width = into.width();
        addRemainders(
                into,
                Word.zeroExtend(width, aMin),
                Word.zeroExtend(width, aMax),
                Word.zeroExtend(width, bMin),
                Word.zeroExtend(width, bMax),
                false);
    }

    /** The remainder of the magnitudes, with the sign of the dividend. */
    private static void remainderSigned(RangeJoin into, long aMin, long aMax, long bMin, long bMax) {
        boolean negative = aMin < 0;
        boolean byNegative = bMax < 0;
        addRemainders(
                into,
                negative ? -aMax : aMin,
                negative ? -aMin : aMax,
                byNegative ? -bMax : bMin,
                byNegative ? -bMin : bMax,
                negative);
    }

    /** Unsigned remainders of unsigned ranges. */
    private static void addRemainders(RangeJoin into, long aMin, long aMax, long bMin, long bMax, boolean negated) {
        long divisor = bMin;
        if (bMin == 0) {
            add(into, aMin, aMax, negated);
            divisor = 1;
        }
        if (bMax == 0) {
            return;
        }
        if (Long.compareUnsigned(aMax, divisor) < 0) {
            add(into, aMin, aMax, negated);
        } else if (divisor == bMax && Long.divideUnsigned(aMin, bMax) == Long.divideUnsigned(aMax, bMax)) {
            add(into, Long.remainderUnsigned(aMin, bMax), Long.remainderUnsigned(aMax, bMax), negated);
        } else {
            add(into, 0, Long.compareUnsigned(aMax, bMax) < 0 ? aMax : bMax - 1, negated);
        }
    }

    private static void add(RangeJoin into, long min, long max, boolean negated) {
        if (negated) {
            into.addArc(-max, -min);
        } else {
            into.addArc(min, max);
        }
    }
}
