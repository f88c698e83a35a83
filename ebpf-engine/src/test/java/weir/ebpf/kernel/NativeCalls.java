// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls of the C library that tests of the kernel need beside {@code bpf(2)}. They throw where the call fails. */
final class NativeCalls {
    static final int PROT_READ = 1;
    static final int PROT_READ_WRITE = 3;

    private static final int MAP_SHARED = 1;
    private static final boolean IS_AARCH64 = System.getProperty("os.arch").equals("aarch64");
    private static final long PERF_EVENT_OPEN = IS_AARCH64 ? 241 : 298;

    private static final MethodHandle MMAP =
            link("mmap", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP = link("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle SOCKET =
            link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle UNSHARE = link("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SETNS = link("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN =
            link("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SYSCALL = link(
            "syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));

    private NativeCalls() {}

    /** A call by handle, which may throw anything. */
    @FunctionalInterface
    private interface Call {
        long make() throws Throwable;
    }

    /** {@code mmap(2)} of a file descriptor: the address, to be given to {@link #unmap}. */
    static long map(int fd, long bytes, int protection, long offset) {
        MemorySegment start;
        try {
            start = (MemorySegment) MMAP.invokeExact(MemorySegment.NULL, bytes, protection, MAP_SHARED, fd, offset);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (start.address() == -1) {
            throw new IllegalStateException("mmap of " + bytes + " bytes at " + offset + " fails");
        }
        return start.address();
    }

    static void unmap(long address, long bytes) {
        checked("munmap", () -> (int) MUNMAP.invokeExact(MemorySegment.ofAddress(address), bytes));
    }

    /** A file descriptor to close. */
    static int socket(int family, int type) {
        return checked("socket", () -> (int) SOCKET.invokeExact(family, type, 0));
    }

    /** Gives the calling thread namespaces of its own. */
    static void unshare(int flags) {
        checked("unshare", () -> (int) UNSHARE.invokeExact(flags));
    }

    /** Moves the calling thread into a namespace. */
    static void enter(int namespaceFd) {
        checked("setns", () -> (int) SETNS.invokeExact(namespaceFd, 0));
    }

    /** Opens a file for reading. */
    static int open(MemorySegment path) {
        return checked("open", () -> (int) OPEN.invokeExact(path, 0));
    }

    /** {@code perf_event_open(2)} of all processes on one CPU. */
    static int openPerfEvent(MemorySegment attributes, int cpu) {
        return checked(
                "perf_event_open", () -> (long) SYSCALL.invokeExact(PERF_EVENT_OPEN, attributes, -1, cpu, -1, 0L));
    }

    private static int checked(String name, Call call) {
        long result;
        try {
            result = call.make();
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result < 0) {
            throw new IllegalStateException(name + " fails");
        }
        return (int) result;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        // SAFETY: descriptors after the manual pages of the calls named; pointers are null, a mapping that this
        // package made, or memory that lives during the call.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
