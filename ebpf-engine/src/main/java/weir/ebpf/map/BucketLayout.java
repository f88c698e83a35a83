// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * A bucket of a hash table: the first element of its chain, and its lock.
 *
 * <pre>
 *   0       1       2       3       4       5       6       7
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |            first: a link as ElementLayout's next              |  0
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * |        lock: SpinWord         |             0                 |  8
 * +-------+-------+-------+-------+-------+-------+-------+-------+
 * </pre>
 */
final class BucketLayout {
    static final int BYTES = 16;

    private static final int LOCK_OFFSET = 8;

    private BucketLayout() {}

    static long first(long bucket) {
        return Mem.getLongAcquire(bucket);
    }

    static long lock(long bucket) {
        return bucket + LOCK_OFFSET;
    }
}
