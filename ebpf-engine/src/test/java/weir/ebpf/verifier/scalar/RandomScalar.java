// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier.scalar;

import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Constraints of one register around a random number, as a program would learn them: some bits, some bounds. Numbers that
 * fulfil the constraints are found without the abstraction, which must not lose them.
 */
final class RandomScalar {
    private static final int CANDIDATES = 6;

    /** Of so many constraints each is there once. */
    private static final int RARITY = 3;

    private final RandomGenerator random;
    private final long centre;
    private Tnum bits = Tnum.UNKNOWN;
    private long umin = 0;
    private long umax = -1;
    private long smin = Long.MIN_VALUE;
    private long smax = Long.MAX_VALUE;
    private int u32min = 0;
    private int u32max = -1;
    private int s32min = Integer.MIN_VALUE;
    private int s32max = Integer.MAX_VALUE;

    RandomScalar(RandomGenerator random) {
        this.random = random;
        this.centre = number(random);
        if (rarely()) {
            long mask = random.nextLong() & (random.nextBoolean() ? random.nextLong() : number(random));
            bits = new Tnum(centre & ~mask, mask);
        }
        if (rarely()) {
            umin = unsignedMin(centre, number(random));
            umax = unsignedMax(centre, number(random));
        }
        if (rarely()) {
            smin = Math.min(centre, near());
            smax = Math.max(centre, near());
        }
        if (rarely()) {
            u32min = (int) unsignedMin(centre & 0xffff_ffffL, near() & 0xffff_ffffL);
            u32max = (int) unsignedMax(centre & 0xffff_ffffL, near() & 0xffff_ffffL);
        }
        if (rarely()) {
            s32min = Math.min((int) centre, (int) near());
            s32max = Math.max((int) centre, (int) near());
        }
    }

    private boolean rarely() {
        return random.nextInt(RARITY) == 0;
    }

    /** Any size, often beside a power of two or a limit. */
    static long number(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextLong() >> random.nextInt(Long.SIZE);
            case 2 -> random.nextLong() >>> random.nextInt(Long.SIZE);
            default -> (1L << random.nextInt(Long.SIZE)) + random.nextInt(-2, 3);
        };
    }

    private long near() {
        return random.nextBoolean() ? number(random) : centre + (number(random) >> random.nextInt(Long.SIZE));
    }

    private static long unsignedMin(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }

    private static long unsignedMax(long a, long b) {
        return Long.compareUnsigned(a, b) > 0 ? a : b;
    }

    private boolean fulfils(long number) {
        return bits.contains(number)
                && Long.compareUnsigned(number, umin) >= 0
                && Long.compareUnsigned(number, umax) <= 0
                && number >= smin
                && number <= smax
                && Integer.compareUnsigned((int) number, u32min) >= 0
                && Integer.compareUnsigned((int) number, u32max) <= 0
                && (int) number >= s32min
                && (int) number <= s32max;
    }

    /** Some numbers that fulfil the constraints, at least one. */
    long[] numbers() {
        long[] numbers = new long[1 + CANDIDATES];
        numbers[0] = centre;
        int count = 1;
        for (int i = 0; i < CANDIDATES; i++) {
            long candidate = candidate();
            if (fulfils(candidate)) {
                numbers[count++] = candidate;
            }
        }
        return Arrays.copyOf(numbers, count);
    }

    private long candidate() {
        long changed = near();
        return switch (random.nextInt(6)) {
            case 0 -> bits.value() | (changed & bits.mask());
            case 1 -> random.nextBoolean() ? umin : umax;
            case 2 -> random.nextBoolean() ? smin : smax;
            case 3 -> (centre & ~0xffff_ffffL) | (changed & 0xffff_ffffL);
            case 4 -> (changed & ~0xffff_ffffL) | (centre & 0xffff_ffffL);
            default -> changed;
        };
    }

    /** What is known. */
    Scalar scalar() {
        Word wide = bounded(Word.unknown(Long.SIZE).withBits(bits), umin, umax, smin, smax);
        Word low = bounded(Word.unknown(Integer.SIZE), u32min, u32max, s32min, s32max);
        return Objects.requireNonNull(Scalar.reduce(wide, low), "the centre is lost");
    }

    private static @Nullable Word bounded(@Nullable Word word, long umin, long umax, long smin, long smax) {
        Word bounded = word == null ? null : word.atLeast(umin);
        bounded = bounded == null ? null : bounded.atMost(umax);
        bounded = bounded == null ? null : bounded.atLeastSigned(smin);
        return bounded == null ? null : bounded.atMostSigned(smax);
    }
}
