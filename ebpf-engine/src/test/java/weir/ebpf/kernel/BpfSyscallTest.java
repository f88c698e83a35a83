// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import weir.ebpf.map.Errno;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

@RequiresFeature({Feature.LINUX, Feature.BPF_MAPS})
class BpfSyscallTest {
    private static final int ARRAY = 2;

    @Test
    void createsAndClosesAMap() {
        try (Arena arena = Arena.ofConfined()) {
            int fd = BpfSyscall.call(BpfSyscall.MAP_CREATE, definition(arena, 4));

            assertTrue(fd >= 0, () -> "errno " + -fd);
            BpfSyscall.close(fd);
        }
    }

    @Test
    void reportsTheErrnoOfARefusedCall() {
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(-Errno.EINVAL, BpfSyscall.call(BpfSyscall.MAP_CREATE, definition(arena, 3)));
        }
    }

    /** map_type, key_size, value_size, max_entries: the start of {@code union bpf_attr} for MAP_CREATE. */
    private static MemorySegment definition(Arena arena, int keyBytes) {
        MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, 8);
        attr.set(JAVA_INT, 0, ARRAY);
        attr.set(JAVA_INT, 4, keyBytes);
        attr.set(JAVA_INT, 8, 8);
        attr.set(JAVA_INT, 12, 1);
        return attr;
    }
}
