// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;

/**
 * A set of numbers of a fixed width: those that have the bits and lie in one of the two ranges. All numbers are held
 * sign-extended, so that at every width the order of {@code long} is the signed order and the order of {@link
 * Long#compareUnsigned} the unsigned one. Immutable; never empty.
 *
 * <pre>
 *  unsigned   0        posMin ... posMax   max | max+1   negMin ... negMax   2^width-1
 *  signed     0        posMin ... posMax   max | -max-1  negMin ... negMax   -1
 * </pre>
 *
 * @param width 1 to 64 bits
 * @param bits sign-extended
 * @param posMin smallest number without sign bit; greater than {@code posMax} if there is none
 * @param negMin smallest number with sign bit; greater than {@code negMax} if there is none
 */
record Word(int width, Tnum bits, long posMin, long posMax, long negMin, long negMax) {
    /** Bounds of a range without numbers, neutral for joining. */
    private static final long NONE_MIN = Long.MAX_VALUE;

    private static final long NONE_MAX = Long.MIN_VALUE;

    /** Any number. */
    static Word unknown(int width) {
        return new Word(width, Tnum.UNKNOWN, 0, max(width), ~max(width), -1);
    }

    /** One number, of which the low bits count. */
    static Word constant(int width, long value) {
        long number = signExtend(width, value);
        Tnum bits = Tnum.constant(number);
        return number >= 0
                ? new Word(width, bits, number, number, NONE_MIN, NONE_MAX)
                : new Word(width, bits, NONE_MIN, NONE_MAX, number, number);
    }

    /** The largest number without sign bit. */
    static long max(int width) {
        return Long.MAX_VALUE >>> (Long.SIZE - width);
    }

    static long signExtend(int width, long value) {
        int unused = Long.SIZE - width;
        return value << unused >> unused;
    }

    static long zeroExtend(int width, long value) {
        int unused = Long.SIZE - width;
        return value << unused >>> unused;
    }

    /** Whether an unsigned number of 64 bits needs no more than these. */
    static boolean fits(int width, long number) {
        return zeroExtend(width, number) == number;
    }

    /**
     * The numbers that have the bits and lie in one of the ranges, with all bounds as tight as they can be; null if
     * there are none.
     */
    static @Nullable Word of(int width, Tnum bits, long posMin, long posMax, long negMin, long negMax) {
        long max = max(width);
        long unknown = bits.mask() & max;
        boolean pos = false;
        boolean neg = false;
        long posLow = NONE_MIN;
        long posHigh = NONE_MAX;
        long negLow = NONE_MIN;
        long negHigh = NONE_MAX;
        long base = bits.value();
        if (base >= 0 && posMin <= base + unknown && posMax >= base && posMin <= posMax) {
            posLow = Tnum.ceiling(base, unknown, posMin);
            posHigh = Tnum.floor(base, unknown, posMax);
            pos = posLow <= posHigh;
        }
        base |= ~max;
        if ((bits.value() | bits.mask()) < 0 && negMin <= base + unknown && negMax >= base && negMin <= negMax) {
            negLow = Tnum.ceiling(base, unknown, negMin);
            negHigh = Tnum.floor(base, unknown, negMax);
            neg = negLow <= negHigh;
        }
        if (pos && neg) {
            Tnum both = rangeBits(bits, posLow, posHigh).union(rangeBits(bits, negLow, negHigh));
            return new Word(width, both, posLow, posHigh, negLow, negHigh);
        }
        if (pos) {
            return new Word(width, rangeBits(bits, posLow, posHigh), posLow, posHigh, NONE_MIN, NONE_MAX);
        }
        return neg ? new Word(width, rangeBits(bits, negLow, negHigh), NONE_MIN, NONE_MAX, negLow, negHigh) : null;
    }

    /**
     * The bits of those numbers that lie in a range.
     *
     * @param first one of the numbers
     */
    static Tnum rangeBits(Tnum bits, long first, long last) {
        long unknown = Tnum.range(first, last).mask() & bits.mask();
        return new Tnum(first & ~unknown, unknown);
    }

    /** For results that cannot be empty, because an operation gives something for any operands. */
    static Word nonEmpty(@Nullable Word word) {
        if (word == null) {
            throw new IllegalStateException("an operation gives no number");
        }
        return word;
    }

    boolean hasPositive() {
        return posMin <= posMax;
    }

    boolean hasNegative() {
        return negMin <= negMax;
    }

    /** Smallest number, unsigned. */
    long umin() {
        return hasPositive() ? posMin : negMin;
    }

    /** Largest number, unsigned. */
    long umax() {
        return hasNegative() ? negMax : posMax;
    }

    /** Smallest number, signed. */
    long smin() {
        return hasNegative() ? negMin : posMin;
    }

    /** Largest number, signed. */
    long smax() {
        return hasPositive() ? posMax : negMax;
    }

    boolean isConstant() {
        return bits.isConstant();
    }

    /** Whether the low bits are one of these numbers. */
    boolean contains(long value) {
        long number = signExtend(width, value);
        return bits.contains(number)
                && (number >= 0 ? number >= posMin && number <= posMax : number >= negMin && number <= negMax);
    }

    boolean contains(Word other) {
        return bits.contains(other.bits)
                && (!other.hasPositive() || (posMin <= other.posMin && posMax >= other.posMax))
                && (!other.hasNegative() || (negMin <= other.negMin && negMax >= other.negMax));
    }

    /** The numbers of both; null if there are none. */
    @Nullable
    Word intersect(Word other) {
        Tnum common = bits.intersect(other.bits);
        return common == null
                ? null
                : of(
                        width,
                        common,
                        Math.max(posMin, other.posMin),
                        Math.min(posMax, other.posMax),
                        Math.max(negMin, other.negMin),
                        Math.min(negMax, other.negMax));
    }

    /** The numbers with these bits; null if there are none. */
    @Nullable
    Word withBits(Tnum other) {
        Tnum common = bits.intersect(other);
        return common == null ? null : of(width, common, posMin, posMax, negMin, negMax);
    }

    /** The smallest word that has the numbers of both. */
    Word union(Word other) {
        return nonEmpty(of(
                width,
                bits.union(other.bits),
                Math.min(posMin, other.posMin),
                Math.max(posMax, other.posMax),
                Math.min(negMin, other.negMin),
                Math.max(negMax, other.negMax)));
    }

    /** The numbers not above, unsigned; null if there are none. */
    @Nullable
    Word atMost(long bound) {
        return bound >= 0
                ? of(width, bits, posMin, Math.min(posMax, bound), NONE_MIN, NONE_MAX)
                : of(width, bits, posMin, posMax, negMin, Math.min(negMax, bound));
    }

    /** The numbers not below, unsigned; null if there are none. */
    @Nullable
    Word atLeast(long bound) {
        return bound >= 0
                ? of(width, bits, Math.max(posMin, bound), posMax, negMin, negMax)
                : of(width, bits, NONE_MIN, NONE_MAX, Math.max(negMin, bound), negMax);
    }

    /** The numbers not above, signed; null if there are none. */
    @Nullable
    Word atMostSigned(long bound) {
        return bound >= 0
                ? of(width, bits, posMin, Math.min(posMax, bound), negMin, negMax)
                : of(width, bits, NONE_MIN, NONE_MAX, negMin, Math.min(negMax, bound));
    }

    /** The numbers not below, signed; null if there are none. */
    @Nullable
    Word atLeastSigned(long bound) {
        return bound >= 0
                ? of(width, bits, Math.max(posMin, bound), posMax, NONE_MIN, NONE_MAX)
                : of(width, bits, posMin, posMax, Math.max(negMin, bound), negMax);
    }

    /** The numbers without one, if that is at the end of a range; null if there is no other. */
    @Nullable
    Word without(long number) {
        if (isConstant()) {
            return bits.value() == number ? null : this;
        }
        if (number >= 0) {
            if (posMin == posMax && posMin == number) {
                return of(width, bits, NONE_MIN, NONE_MAX, negMin, negMax);
            }
            return of(
                    width,
                    bits,
                    posMin == number ? number + 1 : posMin,
                    posMax == number ? number - 1 : posMax,
                    negMin,
                    negMax);
        }
        if (negMin == negMax && negMin == number) {
            return of(width, bits, posMin, posMax, NONE_MIN, NONE_MAX);
        }
        return of(
                width,
                bits,
                posMin,
                posMax,
                negMin == number ? number + 1 : negMin,
                negMax == number ? number - 1 : negMax);
    }

    /** The low bits of each number. */
    Word narrow(int toWidth) {
        RangeJoin join = new RangeJoin(toWidth);
        narrow(join, posMin, posMax);
        narrow(join, negMin, negMax);
        return join.toWord(bits.signExtend(toWidth));
    }

    /** The same numbers in more bits: what a sign extension gives. */
    Word widenSigned(int toWidth) {
        return new Word(toWidth, bits, posMin, posMax, negMin, negMax);
    }

    /** The numbers with zeros above. */
    Word widenUnsigned(int toWidth) {
        if (toWidth == width) {
            return this;
        }
        return nonEmpty(of(
                toWidth,
                bits.zeroExtend(width),
                zeroExtend(width, umin()),
                zeroExtend(width, umax()),
                NONE_MIN,
                NONE_MAX));
    }

    private static void narrow(RangeJoin join, long min, long max) {
        if (min > max) {
            return;
        }
        if (fits(join.width(), max - min)) {
            join.addArc(min, max);
        } else {
            join.addAll();
        }
    }

    /** Those numbers whose low bits are among the given ones; null if there are none. */
    @Nullable
    Word withLow(Word low) {
        Tnum above = new Tnum(0, ~zeroExtend(low.width, -1));
        Tnum common = bits.intersect(low.bits.zeroExtend(low.width).or(above));
        return common == null
                ? null
                : of(
                        width,
                        common,
                        hasPositive() ? low.raise(posMin) : NONE_MIN,
                        hasPositive() ? low.lower(posMax) : NONE_MAX,
                        hasNegative() ? low.raise(negMin) : NONE_MIN,
                        hasNegative() ? low.lower(negMax) : NONE_MAX);
    }

    /**
     * The smallest number that is not less, has the same sign, and whose low bits are one of these numbers; {@link
     * #NONE_MIN} if there is none.
     */
    private long raise(long bound) {
        long lowBits = zeroExtend(width, -1);
        long low = signExtend(width, bound);
        long above = bound & ~lowBits;
        if (low >= 0 && hasPositive() && low <= posMax) {
            return above | Math.max(low, posMin);
        }
        if (hasNegative() && (low >= 0 || low <= negMax)) {
            return above | ((low >= 0 ? negMin : Math.max(low, negMin)) & lowBits);
        }
        long next = (bound | lowBits) + 1;
        return (next ^ bound) < 0 ? NONE_MIN : next | (umin() & lowBits);
    }

    /**
     * The largest number that is not greater, has the same sign, and whose low bits are one of these numbers; {@link
     * #NONE_MAX} if there is none.
     */
    private long lower(long bound) {
        long lowBits = zeroExtend(width, -1);
        long low = signExtend(width, bound);
        long above = bound & ~lowBits;
        if (low < 0 && hasNegative() && low >= negMin) {
            return above | (Math.min(low, negMax) & lowBits);
        }
        if (hasPositive() && (low < 0 || low >= posMin)) {
            return above | (low < 0 ? posMax : Math.min(low, posMax));
        }
        long previous = above - 1;
        return (previous ^ bound) < 0 ? NONE_MAX : (previous & ~lowBits) | (umax() & lowBits);
    }
}
