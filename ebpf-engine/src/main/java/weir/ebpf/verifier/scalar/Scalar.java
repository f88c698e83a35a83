// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import org.jspecify.annotations.Nullable;

/**
 * A set of 64-bit numbers that a register can hold: known bits and ranges of all 64 and of the low 32 bits, unsigned
 * and signed, each as tight as the others allow. Immutable; never empty.
 *
 * <p>{@code struct bpf_reg_state} of Linux 6.18, include/linux/bpf_verifier.h, as far as it is about numbers.
 */
public final class Scalar {
    /** Any number. */
    public static final Scalar UNKNOWN = new Scalar(Word.unknown(Long.SIZE), Word.unknown(Integer.SIZE));

    private static final int SMALLEST_SHARED = -256;
    private static final int LARGEST_SHARED = 1024;
    private static final Scalar[] SHARED = shared();

    /** How often the two words may tell each other something; every step only makes them tighter. */
    private static final int MAX_ROUNDS = 4;

    private final Word wide;
    private final Word low;

    private Scalar(Word wide, Word low) {
        this.wide = wide;
        this.low = low;
    }

    private static Scalar[] shared() {
        Scalar[] shared = new Scalar[LARGEST_SHARED - SMALLEST_SHARED + 1];
        for (int i = 0; i < shared.length; i++) {
            shared[i] = newConstant(i + SMALLEST_SHARED);
        }
        return shared;
    }

    private static Scalar newConstant(long value) {
        return new Scalar(Word.constant(Long.SIZE, value), Word.constant(Integer.SIZE, value));
    }

    /** One number. */
    public static Scalar constant(long value) {
        return value >= SMALLEST_SHARED && value <= LARGEST_SHARED
                ? SHARED[(int) value - SMALLEST_SHARED]
                : newConstant(value);
    }

    /**
     * The numbers from 0 to 2^bits - 1, which a load of that width gives.
     *
     * @param bits 1 to 64
     */
    public static Scalar zeroExtended(int bits) {
        return ofWide(Word.unknown(bits).widenUnsigned(Long.SIZE));
    }

    /**
     * The numbers from -2^(bits-1) to 2^(bits-1) - 1, which a sign-extending load of that width gives.
     *
     * @param bits 1 to 64
     */
    public static Scalar signExtended(int bits) {
        return ofWide(Word.unknown(bits).widenSigned(Long.SIZE));
    }

    /**
     * The numbers of an unsigned range.
     *
     * @throws IllegalArgumentException if {@code min} is above {@code max}
     */
    public static Scalar unsignedRange(long min, long max) {
        if (Long.compareUnsigned(min, max) > 0) {
            throw new IllegalArgumentException(
                    "empty range: min=" + Long.toUnsignedString(min) + ", max=" + Long.toUnsignedString(max));
        }
        return ofArc(min, max);
    }

    /**
     * The numbers of a signed range.
     *
     * @throws IllegalArgumentException if {@code min} is above {@code max}
     */
    public static Scalar signedRange(long min, long max) {
        if (min > max) {
            throw new IllegalArgumentException("empty range: min=" + min + ", max=" + max);
        }
        return ofArc(min, max);
    }

    private static Scalar ofArc(long first, long last) {
        RangeJoin join = new RangeJoin(Long.SIZE);
        join.addArc(first, last);
        return ofWide(join.toWord(Tnum.UNKNOWN));
    }

    static Scalar ofWide(Word wide) {
        return nonEmpty(reduce(wide, wide.narrow(Integer.SIZE)));
    }

    /** The number of 32 bits, zero-extended. */
    static Scalar ofLow(Word low) {
        if (low.isConstant()) {
            return constant(Integer.toUnsignedLong((int) low.bits().value()));
        }
        return new Scalar(low.widenUnsigned(Long.SIZE), low);
    }

    /**
     * The 64-bit numbers of a word whose low 32 bits are in another; null if there are none.
     *
     * <p>Each word learns the other's bits; the ranges of the low word are those of the wide one if that spans less
     * than 2^32, and the ends of the wide one move to the next number whose low half is possible.
     */
    static @Nullable Scalar reduce(@Nullable Word wide, @Nullable Word low) {
        Word numbers = wide;
        Word halves = low;
        for (int round = 0; numbers != null && halves != null && round < MAX_ROUNDS; round++) {
            if (numbers.isConstant()) {
                long value = numbers.bits().value();
                return halves.contains(value) ? constant(value) : null;
            }
            Word lower = numbers.narrow(Integer.SIZE).intersect(halves);
            Word whole = lower == null ? null : numbers.withLow(lower);
            boolean settled = numbers.equals(whole);
            halves = lower;
            numbers = whole;
            if (settled) {
                break;
            }
        }
        return numbers == null || halves == null ? null : new Scalar(numbers, halves);
    }

    /** As {@link #reduce}, for results of operations, which give something for any operands. */
    static Scalar nonEmpty(@Nullable Scalar scalar) {
        if (scalar == null) {
            throw new IllegalStateException("an operation gives no number");
        }
        return scalar;
    }

    /** All 64 bits. */
    Word wide() {
        return wide;
    }

    /** The low 32 bits. */
    Word low() {
        return low;
    }

    /** Known bits. */
    public Tnum bits() {
        return wide.bits();
    }

    /** Smallest number, unsigned. */
    public long umin() {
        return wide.umin();
    }

    /** Largest number, unsigned. */
    public long umax() {
        return wide.umax();
    }

    /** Smallest number, signed. */
    public long smin() {
        return wide.smin();
    }

    /** Largest number, signed. */
    public long smax() {
        return wide.smax();
    }

    /** Smallest number that the low 32 bits can be, unsigned. */
    public int u32min() {
        return (int) low.umin();
    }

    /** Largest number that the low 32 bits can be, unsigned. */
    public int u32max() {
        return (int) low.umax();
    }

    /** Smallest number that the low 32 bits can be, signed. */
    public int s32min() {
        return (int) low.smin();
    }

    /** Largest number that the low 32 bits can be, signed. */
    public int s32max() {
        return (int) low.smax();
    }

    /** Whether there is one number only. */
    public boolean isConstant() {
        return wide.isConstant();
    }

    /**
     * The only number.
     *
     * @throws IllegalStateException if there are several
     */
    public long value() {
        if (!isConstant()) {
            throw new IllegalStateException("not a constant: " + this);
        }
        return wide.bits().value();
    }

    /** Whether the low 32 bits are one number only. */
    public boolean isConstant32() {
        return low.isConstant();
    }

    /**
     * The only number that the low 32 bits can be.
     *
     * @throws IllegalStateException if there are several
     */
    public int value32() {
        if (!isConstant32()) {
            throw new IllegalStateException("not a constant in 32 bits: " + this);
        }
        return (int) low.bits().value();
    }

    /** Whether a number is one of these. */
    public boolean contains(long value) {
        return wide.contains(value) && low.contains(value);
    }

    /** Whether bits and ranges of another lie within these, so that each of its numbers is one of these. */
    public boolean contains(Scalar other) {
        return wide.contains(other.wide) && low.contains(other.low);
    }

    /** The numbers of both; null if there are none. */
    public @Nullable Scalar intersect(Scalar other) {
        return equals(other) ? this : reduce(wide.intersect(other.wide), low.intersect(other.low));
    }

    /** Same bits and ranges. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Scalar scalar && wide.equals(scalar.wide) && low.equals(scalar.low));
    }

    @Override
    public int hashCode() {
        return 31 * wide.hashCode() + low.hashCode();
    }

    /**
     * In the style of the kernel's log: a number, or what is known of several, without what is at its limit or follows.
     * {@code print_reg_state} of kernel/bpf/log.c.
     */
    @Override
    public String toString() {
        return ScalarText.of(this);
    }
}
