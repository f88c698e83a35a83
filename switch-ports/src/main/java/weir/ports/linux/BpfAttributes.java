// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * {@code bpf(2)} and the {@code union bpf_attr} that it takes ({@code uapi/linux/bpf.h}). One call per
 * object; everything it points to lives in the caller's arena.
 */
final class BpfAttributes {
    // enum bpf_cmd
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int PROG_LOAD = 5;
    static final int PROG_TEST_RUN = 10;
    static final int OBJ_GET_INFO_BY_FD = 15;
    static final int LINK_CREATE = 28;

    /** {@code BPF_OBJ_NAME_LEN} without the final NUL. */
    private static final int MAX_NAME_BYTES = 15;

    private static final int BYTES = 128;

    private final MemorySegment attr;

    BpfAttributes(Arena arena) {
        attr = arena.allocate(BYTES, Long.BYTES);
    }

    BpfAttributes integer(long offset, int value) {
        attr.set(JAVA_INT, offset, value);
        return this;
    }

    int integer(long offset) {
        return attr.get(JAVA_INT, offset);
    }

    BpfAttributes address(long offset, MemorySegment memory) {
        attr.set(JAVA_LONG, offset, memory.address());
        return this;
    }

    /** A 64-bit field that is no address, such as flags. */
    BpfAttributes number(long offset, long value) {
        attr.set(JAVA_LONG, offset, value);
        return this;
    }

    /** An object's name: what the kernel does not take in a name becomes {@code _}, the rest is cut. */
    BpfAttributes name(long offset, String name) {
        byte[] bytes = name.replaceAll("[^A-Za-z0-9_.]", "_").getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(bytes, 0, attr, JAVA_BYTE, offset, Math.min(bytes.length, MAX_NAME_BYTES));
        return this;
    }

    /**
     * Calls the kernel, again when a signal came in between.
     *
     * @param what named in the exception
     * @return the result, a descriptor for commands that open one
     */
    int call(String what, int command) throws LinuxException {
        long bpf = SystemCall.number("bpf", 321, 280);
        while (true) {
            try {
                return SystemCall.call(what, bpf, command, attr.address(), BYTES, 0);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINTR) {
                    throw e;
                }
            }
        }
    }
}
