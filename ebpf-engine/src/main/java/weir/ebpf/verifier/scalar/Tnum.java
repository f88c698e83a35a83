// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;

/**
 * Tristate number: which bits of a 64-bit number are known. Immutable.
 *
 * <p>Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers", CGO 2022; Linux
 * 6.18, include/linux/tnum.h. Addition, subtraction and the bitwise operations give the best tnum there is.
 *
 * @param value the bits that are known to be set
 * @param mask the bits that are not known
 */
public record Tnum(long value, long mask) {
    /** Nothing is known. */
    public static final Tnum UNKNOWN = new Tnum(0, -1);

    /**
     * Checks the bits.
     *
     * @throws IllegalArgumentException if a bit is both known and not known
     */
    public Tnum {
        if ((value & mask) != 0) {
            throw new IllegalArgumentException("bits known and unknown: value=0x" + Long.toHexString(value)
                    + ", mask=0x" + Long.toHexString(mask));
        }
    }

    /** One number. */
    public static Tnum constant(long value) {
        return new Tnum(value, 0);
    }

    /**
     * What all numbers of a range have in common.
     *
     * @param umin first number, unsigned
     * @param umax last number, unsigned; not less than {@code umin}
     */
    public static Tnum range(long umin, long umax) {
        long unknown = onesBelow(umin ^ umax);
        return new Tnum(umin & ~unknown, unknown);
    }

    /** Every bit up to the highest one that is set. */
    private static long onesBelow(long bits) {
        return bits == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(bits);
    }

    /** Sum modulo 2^64. */
    public Tnum add(Tnum other) {
        long low = value + other.value;
        long high = low + mask + other.mask;
        return known(low, (low ^ high) | mask | other.mask);
    }

    /** Difference modulo 2^64. */
    public Tnum subtract(Tnum other) {
        long difference = value - other.value;
        long high = difference + mask;
        long low = difference - other.mask;
        return known(difference, (high ^ low) | mask | other.mask);
    }

    /** {@code 0 - this}. */
    public Tnum negate() {
        return constant(0).subtract(this);
    }

    /** Product modulo 2^64. */
    public Tnum multiply(Tnum other) {
        if (mask == 0 && other.mask == 0) {
            return constant(value * other.value);
        }
        if (mask == -1 || other.mask == -1) {
            int zeros = Math.min(Long.SIZE, trailingZeros() + other.trailingZeros());
            return zeros == Long.SIZE ? constant(0) : new Tnum(0, -1L << zeros);
        }
        Tnum product = addShifted(this, other);
        Tnum swapped = addShifted(other, this).intersect(product);
        return swapped == null ? product : swapped;
    }

    /** How many of the lowest bits are zero in every number; 64 if there is only the number 0. */
    int trailingZeros() {
        return Long.numberOfTrailingZeros(value | mask);
    }

    /** Long multiplication: for each bit of the multiplier the sum without and with the shifted multiplicand. */
    private static Tnum addShifted(Tnum multiplier, Tnum multiplicand) {
        Tnum sum = constant(0);
        long left = multiplier.value | multiplier.mask;
        while (left != 0) {
            long bit = Long.lowestOneBit(left);
            int count = Long.numberOfTrailingZeros(bit);
            Tnum added = sum.add(multiplicand.shiftLeft(count));
            sum = (multiplier.mask & bit) == 0 ? added : sum.union(added);
            left ^= bit;
            if ((sum.mask | bit - 1) == -1) {
                return sum;
            }
        }
        return sum;
    }

    public Tnum and(Tnum other) {
        long ones = value & other.value;
        return new Tnum(ones, (value | mask) & (other.value | other.mask) & ~ones);
    }

    public Tnum or(Tnum other) {
        long ones = value | other.value;
        return new Tnum(ones, (mask | other.mask) & ~ones);
    }

    public Tnum xor(Tnum other) {
        return known(value ^ other.value, mask | other.mask);
    }

    /**
     * Shift left; bits that leave are lost.
     *
     * @param count 0 to 63
     */
    public Tnum shiftLeft(int count) {
        return new Tnum(value << count, mask << count);
    }

    /**
     * Logical shift.
     *
     * @param count 0 to 63
     */
    public Tnum shiftRight(int count) {
        return new Tnum(value >>> count, mask >>> count);
    }

    /**
     * Shift of a number of so many bits that fills up with its sign bit. The result is zero-extended.
     *
     * @param count 0 to {@code width - 1}
     * @param width 1 to 64
     */
    public Tnum arithmeticShiftRight(int count, int width) {
        Tnum signed = signExtend(width);
        return new Tnum(signed.value >> count, signed.mask >> count).zeroExtend(width);
    }

    /**
     * The low bits, with the highest of them repeated above.
     *
     * @param width 1 to 64
     */
    Tnum signExtend(int width) {
        int unused = Long.SIZE - width;
        return unused == 0 ? this : new Tnum(value << unused >> unused, mask << unused >> unused);
    }

    /**
     * The low bits, with zeros above.
     *
     * @param width 1 to 64
     */
    Tnum zeroExtend(int width) {
        int unused = Long.SIZE - width;
        return unused == 0 ? this : new Tnum(value << unused >>> unused, mask << unused >>> unused);
    }

    /** All 64 bits with their bytes in the opposite order. */
    Tnum reverseBytes() {
        return new Tnum(Long.reverseBytes(value), Long.reverseBytes(mask));
    }

    /**
     * The low bytes, zero-extended.
     *
     * @param bytes 1 to 8
     */
    public Tnum truncate(int bytes) {
        return zeroExtend(bytes * Byte.SIZE);
    }

    /** The numbers that are in both; null if there are none. */
    public @Nullable Tnum intersect(Tnum other) {
        if (((value ^ other.value) & ~mask & ~other.mask) != 0) {
            return null;
        }
        long unknown = mask & other.mask;
        return new Tnum((value | other.value) & ~unknown, unknown);
    }

    /** The best tnum that has the numbers of both. */
    Tnum union(Tnum other) {
        return known(value, mask | other.mask | (value ^ other.value));
    }

    private static Tnum known(long bits, long mask) {
        return new Tnum(bits & ~mask, mask);
    }

    public boolean contains(long number) {
        return (number & ~mask) == value;
    }

    /** Whether each number of the other is one of this. */
    public boolean contains(Tnum other) {
        return (other.mask & ~mask) == 0 && contains(other.value);
    }

    public boolean isConstant() {
        return mask == 0;
    }

    /**
     * Whether every number is a multiple.
     *
     * @param size a power of two; every number is a multiple of 0, too
     */
    public boolean isAligned(long size) {
        return size == 0 || ((value | mask) & size - 1) == 0;
    }

    /**
     * The smallest member that is not less. Bounds and members have the same sign.
     *
     * @param bound not above the largest member
     */
    static long ceiling(long value, long mask, long bound) {
        long nearest = value | (bound & mask);
        if (nearest == bound) {
            return bound;
        }
        long different = Long.highestOneBit(nearest ^ bound);
        long lower = different | different - 1;
        if ((nearest & different) != 0) {
            return value | (nearest & ~lower);
        }
        long raised = Long.lowestOneBit(mask & ~bound & ~lower);
        return value | (nearest & ~(raised | raised - 1)) | raised;
    }

    /**
     * The largest member that is not greater. Bounds and members have the same sign.
     *
     * @param bound not below the smallest member
     */
    static long floor(long value, long mask, long bound) {
        return ~ceiling(~(value | mask), mask, ~bound);
    }

    /** As the kernel's log has it: {@code (0x0; 0xff)}. */
    @Override
    public String toString() {
        return "(0x" + Long.toHexString(value) + "; 0x" + Long.toHexString(mask) + ")";
    }
}
