// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

/**
 * The words of the forwarding database.
 *
 * <pre>
 *  table: two longs a slot, open addressing, linear probing
 *
 *   key   | 0 (4) | VLAN (12) |          address (48), wire order from bit 0          |   -1: free
 *   value |   refresh epoch (32)    | 0 (14) | H | S |         port index (16)        |
 *          63                     32          17  16  15                             0
 *           S static, H held after flapping
 *
 *  side table: eight ints a slot, touched only when an entry changes
 *
 *   | older slot | newer slot | window start | moves in window | port before | held until | - | - |
 * </pre>
 *
 * An address seen again on its port within the epoch is recognised by two compares: key, and value
 * against {@code portIndex | epoch << 32}.
 */
final class FdbLayout {
    static final long FREE = -1;

    static final int VLAN_SHIFT = 48;
    static final int EPOCH_SHIFT = 32;
    static final long PORT_MASK = 0xffff;
    static final long STATIC = 1L << 16;
    static final long HELD = 1L << 17;

    static final int SIDE_SHIFT = 3;
    static final int OLDER = 0;
    static final int NEWER = 1;
    static final int WINDOW_START = 2;
    static final int MOVES = 3;
    static final int PORT_BEFORE = 4;
    static final int HELD_UNTIL = 5;

    private FdbLayout() {}

    static long key(int vlan, long mac) {
        return ((long) vlan << VLAN_SHIFT) | mac;
    }

    static int portOf(long value) {
        return (int) (value & PORT_MASK);
    }

    static int epochOf(long value) {
        return (int) (value >>> EPOCH_SHIFT);
    }
}
