// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void findsTheMedianOfASortedList() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            long[] all = random.longs(1 + random.nextInt(99), 0, 1L << (1 + random.nextInt(40)))
                    .toArray();
            Durations durations = new Durations();
            Arrays.stream(all).forEach(durations::add);
            Arrays.sort(all);
            long median = all[(all.length - 1) / 2];
            ReplayReport.Nanos nanos = durations.summary();
            assertEquals(all[0], nanos.min(), () -> "told " + nanos + "; seed " + seed);
            assertTrue(
                    nanos.median() <= median && nanos.median() >= median - median / 16,
                    () -> "median " + median + ", told " + nanos + "; seed " + seed);
        }
    }

    @Test
    void takesTheLongestDurationThereIs() {
        Durations durations = new Durations();
        durations.add(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE, durations.summary().min());
    }
}
