// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** How much CPU time workers of this process use. */
public final class WorkerCpu {
    private static final long PATIENCE_MILLIS = 30_000;
    private static final int WINDOW_MILLIS = 500;
    private static final long MOST_NANOS = 5_000_000;

    private WorkerCpu() {}

    /** Of a switch's worker that runs, since it began. */
    public static long nanos(String switchName, int worker) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().equals("weir-" + switchName + "-" + worker))
                .mapToLong(info -> threads.getThreadCpuTime(info.getThreadId()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no worker " + worker + " of " + switchName));
    }

    /** Comes to rest: what is left of a load takes a while on a busy machine, a worker that spins goes on for ever. */
    public static void assertRests(String switchName) {
        long[] used = new long[1];
        try {
            Waiting.within(PATIENCE_MILLIS, () -> {
                long before = nanos(switchName, 0);
                Waiting.sleep(WINDOW_MILLIS);
                used[0] = nanos(switchName, 0) - before;
                return used[0] < MOST_NANOS;
            });
        } catch (AssertionError e) {
            throw new AssertionError("worker used " + used[0] / 1000 + " us in " + WINDOW_MILLIS + " ms", e);
        }
    }
}
