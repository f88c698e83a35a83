// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the number of closed programs small that the kernel has not freed yet. Any thread.
 *
 * <p>The kernel frees a program after an RCU grace period by a work item of its own on the CPU that closed
 * it ({@code bpf_prog_free_deferred}, workqueue {@code events}), which takes {@code pack_mutex}. A load that
 * holds that mutex may wait for another item of the same queue ({@code bpf_prog_pack_alloc}, {@code
 * set_memory_rox}, {@code __purge_vmap_area_lazy}). The queue runs 1024 items a CPU at most: with that many
 * programs waiting to be freed Linux 6.18 comes to a standstill for good, for every process that loads
 * programs, and only a restart helps. It has happened.
 */
final class FreedPrograms {
    private static final int AT_ONCE = 32;
    /** Grace periods to wait for: those of the programs' callbacks. */
    private static final int GRACE_PERIODS = 2;
    /** Time for the work itself. */
    private static final long WORK_NANOS = 20_000_000;

    /** {@code MEMBARRIER_CMD_GLOBAL}, {@code uapi/linux/membarrier.h}: returns after a grace period. */
    private static final int GLOBAL = 1;

    private static final long MEMBARRIER = System.getProperty("os.arch").equals("aarch64") ? 283 : 324;
    private static final AtomicInteger CLOSED = new AtomicInteger();
    private static final MethodHandle SYSCALL = link();

    private FreedPrograms() {}

    /** To be called after each close; blocks now and then. */
    static void closed() {
        if (CLOSED.incrementAndGet() % AT_ONCE == 0) {
            for (int i = 0; i < GRACE_PERIODS; i++) {
                awaitGracePeriod();
            }
            LockSupport.parkNanos(WORK_NANOS);
        }
    }

    private static void awaitGracePeriod() {
        long result;
        try {
            result = (long) SYSCALL.invokeExact(MEMBARRIER, GLOBAL, 0, 0);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result != 0) {
            throw new IllegalStateException("membarrier(2) fails; without it programs pile up in the kernel");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        // SAFETY: membarrier(2) takes (int command, unsigned flags, int cpu) through syscall(2) and touches no memory.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(1));
    }
}
