// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * Which element of an LRU hash has to go: about the one that was not used for longest. A clock: a hand
 * goes round over one byte for each element, spares those used since it last came by, and picks the first
 * that was not. A new element counts as not used yet, but the hand has just passed where it mostly lies.
 *
 * <pre>
 *  7                          2   1   0
 * +----------------------------+---+---+
 * |             0              | R | U |    U: in the table, R: used since the hand came by
 * +----------------------------+---+---+
 * </pre>
 *
 * <p>Any number of threads; a mark that is lost or stale between two of them costs precision only, since
 * whoever evicts looks for the element in its bucket under the lock.
 */
final class LeastRecentlyUsed {
    /** No element to evict. */
    static final int NONE = -1;

    private static final byte FREE = 0;
    private static final byte PRESENT = 1;
    private static final byte USED = 3;
    /** So many elements are spared in a row at most: the bound of what one update costs. */
    private static final int MAX_SPARED = 1024;

    private final long hand;
    private final long marks;

    LeastRecentlyUsed(MapMemory memory, long capacity) {
        hand = memory.require(1, Long.BYTES, "hand");
        marks = memory.require(capacity, 1, "marks");
    }

    void onInsert(int index) {
        Mem.putByte(marks + index, PRESENT);
    }

    void onUse(int index) {
        if (Mem.getByte(marks + index) == PRESENT) {
            Mem.putByte(marks + index, USED);
        }
    }

    void onRemove(int index) {
        Mem.putByte(marks + index, FREE);
    }

    /**
     * Moves the hand on.
     *
     * @param elements indices that were ever used
     * @return index of an element to evict, or {@link #NONE}
     */
    int next(long elements) {
        int firstSpared = NONE;
        long steps = Math.min(2 * elements + 1, MAX_SPARED);
        for (long i = 0; i < steps; i++) {
            int index = (int) (Mem.getAndAddLong(hand, 1) % elements);
            byte mark = Mem.getByte(marks + index);
            if (mark == PRESENT) {
                return index;
            }
            if (mark == USED) {
                Mem.putByte(marks + index, PRESENT);
                firstSpared = firstSpared == NONE ? index : firstSpared;
            }
        }
        return firstSpared;
    }
}
