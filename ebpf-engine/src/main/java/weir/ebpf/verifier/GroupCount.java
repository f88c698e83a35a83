// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Arrays;

/** How many numbers of a state there are in each group; few groups, so they are searched one by one. */
final class GroupCount {
    private static final int FIRST = 16;

    private int[] groups = new int[FIRST];
    private boolean[] several = new boolean[FIRST];
    private int count;

    void clear() {
        count = 0;
    }

    void add(int group) {
        if (group == ScalarValue.ALONE) {
            return;
        }
        int index = indexOf(group);
        if (index < count) {
            several[index] = true;
            return;
        }
        if (count == groups.length) {
            groups = Arrays.copyOf(groups, 2 * count);
            several = Arrays.copyOf(several, 2 * count);
        }
        groups[count] = group;
        several[count++] = false;
    }

    /** Index of a group; the count where it is not there. */
    private int indexOf(int group) {
        int index = 0;
        while (index < count && groups[index] != group) {
            index++;
        }
        return index;
    }

    /** Whether a group has one number only, so that it tells nothing. */
    boolean isSingle(int group) {
        int index = indexOf(group);
        return group != ScalarValue.ALONE && index < count && !several[index];
    }

    boolean hasSingle() {
        for (int i = 0; i < count; i++) {
            if (!several[i]) {
                return true;
            }
        }
        return false;
    }
}
