// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calling thread without {@code CAP_PERFMON} and {@code CAP_SYS_ADMIN} until it is closed by the same
 * thread: programs must not leak addresses then, nor read stack that nobody wrote ({@code bpf_allow_ptr_leaks},
 * {@code bpf_allow_uninit_stack}, {@code linux/bpf.h}).
 */
public final class Capabilities implements AutoCloseable {
    /** {@code _LINUX_CAPABILITY_VERSION_3}, {@code uapi/linux/capability.h}. */
    private static final int VERSION = 0x20080522;

    private static final int HEADER_BYTES = 8;
    /** Two times effective, permitted, inheritable: of capabilities 0 to 31 and 32 to 63. */
    private static final int DATA_BYTES = 24;

    private static final int UPPER = 12;
    private static final int SYS_ADMIN = 1 << 21;
    private static final int PERFMON = 1 << (38 - 32);

    private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long GET = IS_ARM ? 90 : 125;
    private static final long SET = IS_ARM ? 91 : 126;
    private static final MethodHandle SYSCALL = link();

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment header = arena.allocate(HEADER_BYTES, 8);
    private final MemorySegment before = arena.allocate(DATA_BYTES, 8);

    private Capabilities() {
        header.set(JAVA_INT, 0, VERSION);
        call(GET, header, before);
        MemorySegment fewer = arena.allocate(DATA_BYTES, 8);
        fewer.copyFrom(before);
        fewer.set(JAVA_INT, 0, before.get(JAVA_INT, 0) & ~SYS_ADMIN);
        fewer.set(JAVA_INT, UPPER, before.get(JAVA_INT, UPPER) & ~PERFMON);
        call(SET, header, fewer);
    }

    public static Capabilities withoutPerfmon() {
        return new Capabilities();
    }

    @Override
    public void close() {
        call(SET, header, before);
        arena.close();
    }

    private static void call(long number, MemorySegment header, MemorySegment data) {
        long result;
        try {
            result = (long) SYSCALL.invokeExact(number, header, data);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result != 0) {
            throw new IllegalStateException("cannot read or set the capabilities of this thread");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link() {
        // SAFETY: capget(2) and capset(2) take a header of 8 bytes and data of 24, which both segments have, and
        // through syscall(2) concern the calling thread alone.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS),
                Linker.Option.firstVariadicArg(1));
    }
}
