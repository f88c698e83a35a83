// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;

/** What each number of a group or of a place has in common with the others; few, so they are searched one by one. */
final class Bindings {
    private static final int FIRST = 16;

    private int[] names = new int[FIRST];
    private long[] values = new long[FIRST];
    private int count;

    void clear() {
        count = 0;
    }

    /** Whether a name has no value yet, and gets this one, or has this one. */
    boolean bind(int name, long value) {
        for (int i = 0; i < count; i++) {
            if (names[i] == name) {
                return values[i] == value;
            }
        }
        if (count == names.length) {
            names = Arrays.copyOf(names, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
        }
        names[count] = name;
        values[count++] = value;
        return true;
    }
}
