// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

/** Seeds of random tests: new ones in each build, printed; {@code -Dweir.seed=N} runs the one seed N. */
public final class Seeds {
    private static final String PROPERTY = "weir.seed";
    private static final long BASE = System.nanoTime() & 0xff_ffffL;

    private Seeds() {}

    /** So many seeds, or the one that the property names. */
    public static long[] of(int count) {
        Long one = Long.getLong(PROPERTY);
        if (one != null) {
            return new long[] {one};
        }
        long[] seeds = new long[count];
        for (int i = 0; i < count; i++) {
            seeds[i] = BASE * 1_000_000 + i;
        }
        System.out.println("seeds " + seeds[0] + " to " + seeds[count - 1] + " (-D" + PROPERTY + "=N runs one)");
        return seeds;
    }
}
