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

    /** Bytes since the thread began; asking adds nothing. */
    public static long now() {
        try {
            return (long) COUNTER.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
