// SPDX-License-Identifier: Apache-2.0
package weir.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What the current thread has allocated so far, as the JVM counts it. By method handle, because the modules under test
 * do not require {@code jdk.management}.
 */
public final class AllocatedBytes {
    private static final MethodHandle COUNTER = counter();
    private static final int MOST_RUNS = 40;

    private AllocatedBytes() {}

    private static MethodHandle counter() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
            Class<?> plainBean = Class.forName("java.lang.management.ThreadMXBean");
            Class<?> bean = Class.forName("com.sun.management.ThreadMXBean");
            Object threads = lookup.findStatic(factory, "getThreadMXBean", MethodType.methodType(plainBean))
                    .invoke();
            return lookup.findVirtual(bean, "getCurrentThreadAllocatedBytes", MethodType.methodType(long.class))
                    .bindTo(threads);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Something that is run many times over. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        /** Does it once more. */
        void run() throws E;
    }

    /**
     * What a run of work allocates when the JVM has compiled it. Code that is not compiled yet makes some, and on a busy machine
     * that takes a while: work is run once, and then again until a run allocates less than a limit, at most 40 times.
     *
     * @return bytes of the last run
     */
    public static <E extends Exception> long ofRun(long limit, Work<E> work) throws E {
        work.run();
        long bytes = Long.MAX_VALUE;
        for (int run = 0; run < MOST_RUNS && bytes >= limit; run++) {
            long before = now();
            work.run();
            bytes = now() - before;
        }
        return bytes;
    }

    /** Bytes since the thread began; asking adds nothing. */
    public static long now() {
        try {
            return (long) COUNTER.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
