// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * Head of an element of a pool. What the element holds follows.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |                             next                              |  0
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |    hash, or 2 * next free     |             index             |  8
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |  key, padded to 8; value, padded to 8                         |  16
 * </pre>
 *
 * <p>{@code next} is an element's address (a multiple of 8), or the end of bucket b as 2 b + 1. It stays a
 * valid link in a free element, since a reader may still stand on it. {@code next free} is 1 + an index,
 * 0 at the end; a hash is odd, so no free element has one. {@code hash} is written when key and value are whole.
 * {@code index} never changes.
 */
final class ElementLayout {
    static final int NEXT_OFFSET = 0;
    static final int HEAD_BYTES = 16;

    private static final int HASH_OFFSET = 8;
    private static final int INDEX_OFFSET = 12;

    private ElementLayout() {}

    static long next(long element) {
        return Mem.getLongAcquire(element + NEXT_OFFSET);
    }

    static void setNext(long element, long next) {
        Mem.putLongRelease(element + NEXT_OFFSET, next);
    }

    static int hash(long element) {
        return Mem.getInt(element + HASH_OFFSET);
    }

    /** Key and value are whole. */
    static void setHash(long element, int hash) {
        Mem.putIntRelease(element + HASH_OFFSET, hash);
    }

    static int nextFree(long element) {
        return Mem.getInt(element + HASH_OFFSET) >>> 1;
    }

    static void setNextFree(long element, int nextFree) {
        Mem.putInt(element + HASH_OFFSET, nextFree << 1);
    }

    static int index(long element) {
        return Mem.getInt(element + INDEX_OFFSET);
    }

    static void setIndex(long element, int index) {
        Mem.putInt(element + INDEX_OFFSET, index);
    }

    static boolean isEnd(long link) {
        return (link & 1) != 0;
    }

    static long end(long bucket) {
        return bucket << 1 | 1;
    }

    static long bucketOfEnd(long link) {
        return link >>> 1;
    }
}
