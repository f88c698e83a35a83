// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * An entry of a map for redirects: the value as programs see it ({@code struct bpf_devmap_val},
 * {@code struct bpf_cpumap_val}, {@code uapi/linux/bpf.h}), and whether it is there.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |  ifindex, qsize or socket     |     id of the program, or 0   |  0
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |  1 when there is an entry     |               0               |  8
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * </pre>
 */
final class RedirectSlotLayout {
    static final int BYTES = 16;
    static final int TARGET_BYTES = 4;
    /** Value with program. */
    static final int FULL_VALUE_BYTES = 8;

    private static final int PRESENT_OFFSET = 8;

    private RedirectSlotLayout() {}

    static boolean isPresent(long slot) {
        return Mem.getIntAcquire(slot + PRESENT_OFFSET) != 0;
    }

    static int target(long slot) {
        return Mem.getInt(slot);
    }

    /** The target of an entry without program; 0 for others. */
    static int plainTarget(long slot) {
        long value = Mem.getLong(slot);
        return value >>> Integer.SIZE == 0 && isPresent(slot) ? (int) value : 0;
    }

    /** Target and program change in one store. */
    static void set(long slot, int target, int programId) {
        Mem.putLongRelease(slot, Integer.toUnsignedLong(target) | (long) programId << Integer.SIZE);
        Mem.putIntRelease(slot + PRESENT_OFFSET, 1);
    }

    static void clear(long slot) {
        Mem.putIntRelease(slot + PRESENT_OFFSET, 0);
    }

    /** The program's file descriptor in a value from control code; 0 where the value has none. */
    static int descriptor(long value, int valueBytes) {
        return valueBytes == FULL_VALUE_BYTES ? Mem.getInt(value + TARGET_BYTES) : 0;
    }
}
