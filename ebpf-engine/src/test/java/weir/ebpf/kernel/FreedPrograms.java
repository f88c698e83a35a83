// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 *
 * <p>How many functions of programs there are the kernel says itself: each is an area of memory in {@code
 * /proc/vmallocinfo} until the work item has run.
 */
final class FreedPrograms {
    /** Programs that may be closed before the kernel is asked. */
    private static final int AT_ONCE = 32;

    /** Functions of programs that may exist beyond those that there were: far below 1024 programs. */
    static final int MAX_MORE = 256;

    private static final long PATIENCE_NANOS = 120_000_000_000L;
    private static final Path AREAS = Path.of("/proc/vmallocinfo");
    private static final byte[] FUNCTION = "bpf_prog_alloc".getBytes(StandardCharsets.US_ASCII);

    /** Where the areas can't be read: grace periods to wait for, and time for the work itself. */
    private static final int GRACE_PERIODS = 2;

    private static final long WORK_NANOS = 20_000_000;

    /** {@code MEMBARRIER_CMD_GLOBAL}, {@code uapi/linux/membarrier.h}: returns after a grace period. */
    private static final int GLOBAL = 1;

    private static final long MEMBARRIER = System.getProperty("os.arch").equals("aarch64") ? 283 : 324;
    private static final MethodHandle SYSCALL = link();

    private static int closed;
    private static int least = Integer.MAX_VALUE;

    private FreedPrograms() {}

    /**
     * To be called after each close; blocks now and then.
     *
     * @throws IllegalStateException when the kernel frees nothing for 2 minutes: to go on would be dangerous
     */
    static synchronized void closed() {
        if (++closed % AT_ONCE != 0) {
            return;
        }
        if (Files.isReadable(AREAS)) {
            awaitFewFunctions();
        } else {
            for (int i = 0; i < GRACE_PERIODS; i++) {
                awaitGracePeriod();
            }
            LockSupport.parkNanos(WORK_NANOS);
        }
    }

    private static void awaitFewFunctions() {
        long since = System.nanoTime();
        int count = functions();
        least = Math.min(least, count);
        while (count > least + MAX_MORE) {
            if (System.nanoTime() - since > PATIENCE_NANOS) {
                throw new IllegalStateException("the kernel does not free closed programs: " + count
                        + " functions, at least " + least + " before");
            }
            awaitGracePeriod();
            count = functions();
        }
    }

    /** Functions of programs that the kernel holds, of all processes. */
    static int functions() {
        byte[] areas;
        try {
            areas = Files.readAllBytes(AREAS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int count = 0;
        for (int i = 0; i <= areas.length - FUNCTION.length; i++) {
            if (areas[i] == FUNCTION[0] && isFunctionAt(areas, i)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isFunctionAt(byte[] areas, int index) {
        for (int i = 0; i < FUNCTION.length; i++) {
            if (areas[index + i] != FUNCTION[i]) {
                return false;
            }
        }
        return true;
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
