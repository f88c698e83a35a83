// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

/**
 * Chance with a seed: what happens to the n-th frame is a function of the seed and n, whatever else is set and however
 * many draws other frames took. Numbers are those of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014), which is
 * made for being asked at any place.
 */
final class Fate {
    // What is drawn for a frame; each has its own place in the sequence.
    static final int LOSS = 0;
    static final int DUPLICATE = 1;
    static final int REORDER = 2;
    static final int CORRUPT = 3;
    static final int CORRUPT_BIT = 4;
    static final int JITTER = 5;
    static final int JITTER_ANGLE = 6;
    static final int COPY_JITTER = 7;
    static final int COPY_JITTER_ANGLE = 8;
    private static final int DRAWS = 16;

    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;
    private static final double TO_UNIT = 0x1p-53;

    private final long start;

    Fate(long seed) {
        start = mix(seed);
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return b ^ (b >>> 31);
    }

    private long bits(long frame, int draw) {
        return mix(start + (frame * DRAWS + draw + 1) * GAMMA);
    }

    /** From 0 to below 1, all alike. */
    double unit(long frame, int draw) {
        return (bits(frame, draw) >>> 11) * TO_UNIT;
    }

    boolean happens(long frame, int draw, double probability) {
        return probability > 0 && unit(frame, draw) < probability;
    }

    /** From 0 to below a bound. */
    long below(long frame, int draw, long bound) {
        return (long) (unit(frame, draw) * bound);
    }

    /** From a normal distribution with mean 0 and deviation 1: G. E. P. Box and M. E. Muller, 1958. */
    double normal(long frame, int draw, int secondDraw) {
        double radius = Math.sqrt(-2 * Math.log(1 - unit(frame, draw)));
        return radius * Math.cos(2 * Math.PI * unit(frame, secondDraw));
    }
}
