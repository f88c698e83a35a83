// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

/** Seeds of random tests: new ones in each build, printed; {@code -Dweir.seed=N} runs the one seed N. */
public final class Seeds {
    private static final String PROPERTY = "weir.seed";
    private static final long BASE = System.nanoTime() & 0xff_ffffL;

    private Seeds() {}

    /** So many seeds, or the one that the property names. */
    public static long[] of(int count) {
        return from(BASE * 1_000_000, count);
    }

    /** So many seeds, the same in each build, or the one that the property names: for what others may differ in. */
    public static long[] known(int count) {
        return from(0, count);
    }

    private static long[] from(long first, int count) {
        Long one = Long.getLong(PROPERTY);
        if (one != null) {
            return new long[] {one};
        }
        long[] seeds = new long[count];
        for (int i = 0; i < count; i++) {
            seeds[i] = first + i;
        }
        System.out.println("seeds " + seeds[0] + " to " + seeds[count - 1] + " (-D" + PROPERTY + "=N runs one)");
        return seeds;
    }
}
