// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The raw {@code bpf(2)} of the running kernel and {@code close(2)} for what it opens. Any thread. */
public final class BpfSyscall {
    // enum bpf_cmd, uapi/linux/bpf.h
    public static final int MAP_CREATE = 0;
    public static final int MAP_LOOKUP_ELEM = 1;
    public static final int MAP_UPDATE_ELEM = 2;
    public static final int MAP_DELETE_ELEM = 3;
    public static final int MAP_GET_NEXT_KEY = 4;
    public static final int PROG_LOAD = 5;
    public static final int PROG_TEST_RUN = 10;
    public static final int OBJ_GET_INFO_BY_FD = 15;
    public static final int BTF_LOAD = 18;
    public static final int MAP_LOOKUP_AND_DELETE_ELEM = 21;
    public static final int MAP_FREEZE = 22;
    public static final int MAP_LOOKUP_BATCH = 24;
    public static final int MAP_UPDATE_BATCH = 26;

    /** Bytes of {@code union bpf_attr} that every kernel since 5.15 takes; zero what is not used. */
    public static final int ATTR_BYTES = 128;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));
    private static final MethodHandle SYSCALL = link(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ValueLayout.ADDRESS, JAVA_INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle CLOSE =
            link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), Linker.Option.captureCallState("errno"));

    private BpfSyscall() {}

    /**
     * One {@code bpf(command, attr, sizeof attr)}.
     *
     * @param attr off-heap, zeroed where not used; the kernel may write results into it
     * @return the result (a file descriptor for commands that open one), or a negative errno
     */
    public static int call(int command, MemorySegment attr) {
        MemorySegment state = STATES.get();
        try {
            long result = (long) SYSCALL.invokeExact(state, number(), command, attr, (int) attr.byteSize());
            return result >= 0 ? (int) result : -(int) ERRNO.get(state, 0L);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
    }

    /** Closes a file descriptor that {@link #call} returned. */
    public static void close(int fd) {
        try {
            int result = (int) CLOSE.invokeExact(STATES.get(), fd);
            if (result != 0) {
                throw new AssertionError("close of file descriptor " + fd + " failed");
            }
        } catch (Throwable t) {
            throw new AssertionError("close of file descriptor " + fd, t);
        }
    }

    /** {@code __NR_bpf}: {@code asm/unistd_64.h} of x86, {@code asm-generic/unistd.h} for aarch64. */
    private static long number() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> 321;
            case "aarch64" -> 280;
            default -> throw new IllegalStateException("no number of bpf(2) for " + System.getProperty("os.arch"));
        };
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        // SAFETY: names and descriptors are constants of this class, written after syscall(2) and close(2).
        // The kernel checks what attr points to; its owner keeps it alive during the call.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
