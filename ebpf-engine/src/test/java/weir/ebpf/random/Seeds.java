// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Seeds of random tests: new ones in each build, printed. {@code -Dweir.seed=N} runs the one seed N, {@code
 * -Dweir.seed=N..M} those from N to M, so that a long run can be done in parts.
 */
public final class Seeds {
    private static final String PROPERTY = "weir.seed";
    private static final Pattern CHOICE = Pattern.compile("(\\d+)(?:\\.\\.(\\d+))?");
    private static final long BASE = System.nanoTime() & 0xff_ffffL;

    private Seeds() {}

    /** So many seeds, or those that the property names. */
    public static long[] of(int count) {
        return from(BASE * 1_000_000, count);
    }

    /** So many seeds, the same in each build, or those that the property names: for what others may differ in. */
    public static long[] known(int count) {
        return from(0, count);
    }

    /** Whether the property names the seeds: then the test's own counts do not hold. */
    public static boolean areChosen() {
        return choice() != null;
    }

    private static @Nullable String choice() {
        return System.getProperty(PROPERTY);
    }

    private static long[] from(long first, int count) {
        String choice = choice();
        long[] seeds = choice == null ? range(first, first + count - 1) : chosen(choice);
        System.out.println("seeds " + seeds[0] + " to " + seeds[seeds.length - 1] + " (-D" + PROPERTY
                + "=N or =N..M runs others)");
        return seeds;
    }

    private static long[] chosen(String choice) {
        Matcher matcher = CHOICE.matcher(choice);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=" + choice + ": needed is N or N..M");
        }
        long first = Long.parseLong(matcher.group(1));
        String last = matcher.group(2);
        return range(first, last == null ? first : Long.parseLong(last));
    }

    private static long[] range(long first, long last) {
        if (last < first) {
            throw new IllegalArgumentException("no seeds from " + first + " to " + last);
        }
        long[] seeds = new long[Math.toIntExact(last - first + 1)];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = first + i;
        }
        return seeds;
    }
}
