// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.jit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** CPU time of the current thread. By method handle, because the module does not require {@code java.management}. */
final class CpuTime {
    private static final MethodHandle CLOCK = clock();

    private CpuTime() {}

    private static MethodHandle clock() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
            Class<?> bean = Class.forName("java.lang.management.ThreadMXBean");
            Object threads = lookup.findStatic(factory, "getThreadMXBean", MethodType.methodType(bean))
                    .invoke();
            return lookup.findVirtual(bean, "getCurrentThreadCpuTime", MethodType.methodType(long.class))
                    .bindTo(threads);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Nanoseconds since the thread began. */
    static long nanos() {
        try {
            return (long) CLOCK.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Nanoseconds of all threads of the process, HotSpot's compilers among them. */
    static long processNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
