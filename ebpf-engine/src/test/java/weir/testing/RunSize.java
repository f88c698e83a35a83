// SPDX-License-Identifier: Apache-2.0

package weir.testing;

/** How much of a long test to run: a small count in every build, the long form with {@code -Pfull}. */
public final class RunSize {
    private static final boolean FULL = Boolean.getBoolean("weir.full");

    private RunSize() {}

    public static boolean isFull() {
        return FULL;
    }

    public static int of(int usualCount, int fullCount) {
        return FULL ? fullCount : usualCount;
    }
}
