// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How long a thread runs at a time while others wait for its CPU: {@code sched_setattr(2)}, {@code struct sched_attr} of
 * {@code uapi/linux/sched/types.h}. A thread that asks for a short slice runs as much as before, in more pieces, and when it
 * wakes up it need not wait until the slice of another one is over (Linux 6.12, {@code PREEMPT_SHORT}). Older kernels take
 * the call and change nothing. Needs no privilege.
 */
public final class TimeSlice {
    /** The shortest that the kernel gives. */
    public static final long SHORTEST_NANOS = 100_000;

    private static final int ATTR_BYTES = 48;
    private static final int ATTR_POLICY = 4;
    private static final int ATTR_RUNTIME = 24;
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_BATCH = 3;
    private static final int CALLING_THREAD = 0;

    private TimeSlice() {}

    /**
     * Gives the calling thread the shortest slice from now on. A thread of a real-time or idle policy stays as it is.
     *
     * @throws LinuxException where a sandbox forbids it, and with EOPNOTSUPP on a processor that this does not know
     */
    public static void shortenOfCurrentThread() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = attributes(arena, CALLING_THREAD);
            int policy = attr.get(JAVA_INT, ATTR_POLICY);
            if (policy == SCHED_OTHER || policy == SCHED_BATCH) {
                attr.set(JAVA_LONG, ATTR_RUNTIME, SHORTEST_NANOS);
                long set = SystemCall.number("sched_setattr", 314, 274);
                int _ = SystemCall.call("sched_setattr", set, CALLING_THREAD, attr.address(), 0, 0);
            }
        }
    }

    /**
     * Slice of a thread, of whatever process, in nanoseconds; 0 where the kernel does not tell, and of a real-time policy.
     *
     * @param thread number by which the system knows it, a name in {@code /proc/PID/task}
     * @throws LinuxException with ESRCH when there is no such thread
     */
    public static long nanosOf(int thread) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            return attributes(arena, thread).get(JAVA_LONG, ATTR_RUNTIME);
        }
    }

    private static MemorySegment attributes(Arena arena, int thread) throws LinuxException {
        MemorySegment attr = arena.allocate(ATTR_BYTES, Long.BYTES);
        attr.set(JAVA_INT, 0, ATTR_BYTES);
        long get = SystemCall.number("sched_getattr", 315, 275);
        int _ = SystemCall.call("sched_getattr", get, thread, attr.address(), ATTR_BYTES, 0);
        return attr;
    }
}
