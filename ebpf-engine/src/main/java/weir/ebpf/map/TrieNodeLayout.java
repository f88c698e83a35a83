// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * A node of the trie, as an element of a pool. Both children are addresses of nodes or 0 and stay valid in a
 * free node, since a reader may still stand on it.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |                           child 0                             |  0
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |       of the pool             |       of the pool             |  8
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |                           child 1                             |  16
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |        1: intermediate        |              0                |  24
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |  key: prefix length in bits   |  data, padded to 8            |  32
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |  value, padded to 8                                           |
 * </pre>
 */
final class TrieNodeLayout {
    static final int KEY_OFFSET = 32;

    private static final int CHILD_1_OFFSET = 16;
    private static final int INTERMEDIATE_OFFSET = 24;

    private TrieNodeLayout() {}

    /** Where the link to a child is kept. */
    static long link(long node, int bit) {
        return node + (bit == 0 ? ElementLayout.NEXT_OFFSET : CHILD_1_OFFSET);
    }

    static long child(long node, int bit) {
        return Mem.getLongAcquire(link(node, bit));
    }

    static boolean isIntermediate(long node) {
        return Mem.getInt(node + INTERMEDIATE_OFFSET) != 0;
    }

    static void setIntermediate(long node, boolean isIntermediate) {
        Mem.putInt(node + INTERMEDIATE_OFFSET, isIntermediate ? 1 : 0);
    }

    static int prefixBits(long node) {
        return Mem.getInt(node + KEY_OFFSET);
    }

    static long key(long node) {
        return node + KEY_OFFSET;
    }
}
