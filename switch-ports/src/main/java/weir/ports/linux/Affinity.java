// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/** On which CPUs threads may run: {@code sched_setaffinity(2)}. */
public final class Affinity {
    /** CPUs that a {@code cpu_set_t} of the C library holds. */
    public static final int MAX_CPUS = 1024;

    private static final long SET_BYTES = MAX_CPUS / Byte.SIZE;
    private static final int CALLING_THREAD = 0;

    private static final MethodHandle SET =
            Libc.function("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GET =
            Libc.function("sched_getaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private Affinity() {}

    /**
     * Keeps the calling thread on one CPU from now on.
     *
     * @throws LinuxException with EINVAL when there is no such CPU, or when this process may not use it
     */
    public static void pinCurrentThread(int cpu) throws LinuxException {
        pinThread(CALLING_THREAD, cpu);
    }

    /**
     * Keeps a thread, of whatever process, on one CPU from now on.
     *
     * @param thread number by which the system knows it, a name in {@code /proc/PID/task}
     * @throws LinuxException as {@link #pinCurrentThread}; with ESRCH when there is no such thread, with EPERM when it is
     *     another user's
     */
    public static void pinThread(int thread, int cpu) throws LinuxException {
        if (cpu < 0 || cpu >= MAX_CPUS) {
            throw new LinuxException("sched_setaffinity CPU " + cpu, Errno.EINVAL.number());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            set.set(JAVA_BYTE, cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
            Fd.check(
                    "sched_setaffinity CPU " + cpu,
                    (int) SET.invokeExact(state, thread, SET_BYTES, set.address()),
                    state);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }

    /** CPUs that the calling thread may run on. */
    public static BitSet ofCurrentThread() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Libc.STATE);
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            Fd.check(
                    "sched_getaffinity", (int) GET.invokeExact(state, CALLING_THREAD, SET_BYTES, set.address()), state);
            return BitSet.valueOf(set.toArray(JAVA_BYTE));
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable t) {
            throw Libc.defect(t);
        }
    }
}
