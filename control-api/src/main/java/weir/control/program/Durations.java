// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

/** Durations of any number of frames in a table of fixed size; each is known to about 6 %. */
final class Durations {
    private static final int STEPS = 16;
    private static final int STEP_BITS = 4;

    private final long[] counts = new long[Long.SIZE * STEPS];
    private long count;
    private double sum;
    private long min = Long.MAX_VALUE;

    void add(long nanos) {
        long duration = Math.max(0, nanos);
        counts[bucket(duration)]++;
        count++;
        sum += duration;
        min = Math.min(min, duration);
    }

    boolean isEmpty() {
        return count == 0;
    }

    ReplayReport.Nanos summary() {
        int bucket = 0;
        long seen = counts[0];
        while (seen * 2 < count) {
            bucket++;
            seen += counts[bucket];
        }
        return new ReplayReport.Nanos(min, Math.max(min, smallest(bucket)), Math.round(sum / count));
    }

    /** Below 16 exactly, then 16 steps for each power of two. */
    private static int bucket(long duration) {
        if (duration < STEPS) {
            return (int) duration;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(duration);
        int step = (int) (duration >>> (power - STEP_BITS)) - STEPS;
        return (power - STEP_BITS + 1) * STEPS + step;
    }

    private static long smallest(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int power = bucket / STEPS + STEP_BITS - 1;
        return (long) (STEPS + bucket % STEPS) << (power - STEP_BITS);
    }
}
