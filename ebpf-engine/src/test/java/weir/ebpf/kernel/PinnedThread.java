// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Keeps the calling thread on one CPU until it is closed by the same thread, so that runs in the kernel
 * share one CPU's values of per-CPU maps.
 */
public final class PinnedThread implements AutoCloseable {
    /** Of a {@code cpu_set_t}: 1024 CPUs. */
    private static final int MASK_BYTES = 128;

    private static final MethodHandle GET = link("sched_getaffinity");
    private static final MethodHandle SET = link("sched_setaffinity");

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment before = arena.allocate(MASK_BYTES, 8);
    private final int cpu;

    /** On the second CPU that the thread may use, if there are two: the kernel's own work likes the first. */
    public PinnedThread() {
        call(GET, before);
        int first = next(0);
        int second = next(first + 1);
        cpu = second < MASK_BYTES * Byte.SIZE ? second : first;
        MemorySegment only = arena.allocate(MASK_BYTES, 8);
        only.set(JAVA_BYTE, cpu >> 3, (byte) (1 << (cpu & 7)));
        call(SET, only);
    }

    /** The next CPU of the mask. */
    private int next(int from) {
        int next = from;
        while (next < MASK_BYTES * Byte.SIZE && (before.get(JAVA_BYTE, next >> 3) >> (next & 7) & 1) == 0) {
            next++;
        }
        return next;
    }

    /** Number of the CPU. */
    public int cpu() {
        return cpu;
    }

    @Override
    public void close() {
        call(SET, before);
        arena.close();
    }

    private static void call(MethodHandle function, MemorySegment mask) {
        int result;
        try {
            result = (int) function.invokeExact(0, mask.byteSize(), mask);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result < 0) {
            throw new IllegalStateException("cannot read or set the CPUs of this thread");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name) {
        // SAFETY: sched_setaffinity(2) and sched_getaffinity(2) both take (pid_t, size_t, cpu_set_t *), and
        // the mask is as long as the size says.
        FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
