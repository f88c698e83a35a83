// SPDX-License-Identifier: Apache-2.0
package weir.control.tester;

import weir.core.frame.Frame;
import weir.core.frame.Mem;

/** Loads of all frames of a batch at once: another core has written them, and cache misses that do not wait for each other overlap. */
final class FirstLoads {
    /** What was read: kept, so that the loads are not left out. */
    int read;

    /** Loads the first word of each frame. */
    void of(long[] frames, int count, long poolBase) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum ^= Mem.getInt(poolBase + Frame.position(frames[i]));
        }
        read = sum;
    }
}
