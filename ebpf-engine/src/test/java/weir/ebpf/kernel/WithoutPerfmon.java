// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Takes {@code CAP_PERFMON} and {@code CAP_SYS_ADMIN} from the calling thread until it is closed by the same
 * thread. {@code CAP_BPF} and {@code CAP_NET_ADMIN} are enough to load XDP programs; the verifier is then
 * strict about pointers that leak and stack that was never written ({@code bpf_allow_ptr_leaks}, {@code
 * bpf_allow_uninit_stack}, {@code linux/bpf.h}).
 */
public final class WithoutPerfmon implements AutoCloseable {
    // uapi/linux/capability.h: header is version, pid; then twice effective, permitted, inheritable
    private static final int VERSION_3 = 0x20080522;
    private static final int HEADER_BYTES = 8;
    private static final int DATA_BYTES = 24;
    private static final int HIGH_EFFECTIVE = 12;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_PERFMON = 38;

    private static final MethodHandle GET = link("capget");
    private static final MethodHandle SET = link("capset");

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment header = arena.allocate(HEADER_BYTES, 8);
    private final MemorySegment before = arena.allocate(DATA_BYTES, 8);

    public WithoutPerfmon() {
        header.set(JAVA_INT, 0, VERSION_3);
        call(GET, header, before);
        MemorySegment less = arena.allocate(DATA_BYTES, 8).copyFrom(before);
        less.set(JAVA_INT, 0, less.get(JAVA_INT, 0) & ~(1 << CAP_SYS_ADMIN));
        less.set(JAVA_INT, HIGH_EFFECTIVE, less.get(JAVA_INT, HIGH_EFFECTIVE) & ~(1 << (CAP_PERFMON - Integer.SIZE)));
        call(SET, header, less);
    }

    @Override
    public void close() {
        call(SET, header, before);
        arena.close();
    }

    private static void call(MethodHandle function, MemorySegment header, MemorySegment data) {
        int result;
        try {
            result = (int) function.invokeExact(header, data);
        } catch (Throwable t) {
            throw new AssertionError("downcall failed inside the JVM", t);
        }
        if (result != 0) {
            throw new IllegalStateException("the capabilities of the thread cannot be changed");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name) {
        // SAFETY: capget(2) and capset(2) take a header of 8 bytes and, in version 3, data of 24.
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }
}
