// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import weir.ebpf.map.MapSpec;

/**
 * Types for a map whose value has a spin lock, {@code uapi/linux/btf.h}:
 * {@code struct value { int a; int b; struct bpf_spin_lock lock; int c; }}.
 */
public final class SpinLockBtf {
    /** Bytes of the value. */
    public static final int VALUE_BYTES = 16;

    /** Where its lock is. */
    public static final int LOCK_OFFSET = 8;

    /** Ids of {@code int} and of the value. */
    public static final MapSpec.ValueTypes TYPES = new MapSpec.ValueTypes(1, 3);

    private static final String NAMES = "\0int\0bpf_spin_lock\0val\0value\0a\0b\0lock\0c\0";
    private static final int KIND_INT = 1 << 24;
    private static final int KIND_STRUCT = 4 << 24;
    private static final int HEADER_BYTES = 24;
    private static final short MAGIC = (short) 0xeb9f;

    private SpinLockBtf() {}

    /** Loads the types: a file descriptor to close. */
    public static int load() {
        int[] types = {
            name("int"),
            KIND_INT,
            4,
            32,
            name("bpf_spin_lock"),
            KIND_STRUCT | 1,
            4,
            name("val"),
            1,
            0,
            name("value"),
            KIND_STRUCT | 4,
            VALUE_BYTES,
            name("a"),
            1,
            0,
            name("b"),
            1,
            32,
            name("lock"),
            2,
            LOCK_OFFSET * Byte.SIZE,
            name("c"),
            1,
            96
        };
        int typeBytes = types.length * Integer.BYTES;
        ByteBuffer blob =
                ByteBuffer.allocate(HEADER_BYTES + typeBytes + NAMES.length()).order(ByteOrder.nativeOrder());
        blob.putShort(MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        blob.putInt(0).putInt(typeBytes).putInt(typeBytes).putInt(NAMES.length());
        for (int word : types) {
            blob.putInt(word);
        }
        blob.put(NAMES.getBytes(StandardCharsets.US_ASCII));
        return load(blob.array());
    }

    private static int name(String name) {
        return NAMES.indexOf("\0" + name + "\0") + 1;
    }

    /** {@code union bpf_attr} of BTF_LOAD: btf 0, btf_size 16. */
    private static int load(byte[] blob) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(blob.length, Long.BYTES);
            MemorySegment.copy(blob, 0, bytes, JAVA_BYTE, 0, blob.length);
            MemorySegment attr = arena.allocate(BpfSyscall.ATTR_BYTES, Long.BYTES);
            attr.set(JAVA_LONG, 0, bytes.address());
            attr.set(JAVA_INT, 16, blob.length);
            int fd = BpfSyscall.call(BpfSyscall.BTF_LOAD, attr);
            if (fd < 0) {
                throw new AssertionError("the kernel refuses the types with errno " + -fd);
            }
            return fd;
        }
    }
}
