// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * A record of a ring buffer, {@code BPF_RINGBUF_HDR_SZ}, {@code uapi/linux/bpf.h}. It begins at a
 * multiple of 8.
 *
 * <pre>
 *  31  30  29                                                      0
 * +---+---+---------------------------------------------------------+
 * | B | D |             length of the data in bytes                 |  0   B: not submitted, D: discarded
 * +---+---+---------------------------------------------------------+
 * |                                0                                |  4
 * +-----------------------------------------------------------------+
 * |  data, padded to 8                                              |  8
 * </pre>
 */
final class RingRecordLayout {
    static final int HEAD_BYTES = 8;
    static final int MAX_DATA_BYTES = 0x3fff_ffff;

    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private RingRecordLayout() {}

    static long recordBytes(long dataBytes) {
        return Words.roundUp(dataBytes + HEAD_BYTES, HEAD_BYTES);
    }

    static void reserve(long record, int dataBytes) {
        Mem.putInt(record + Integer.BYTES, 0);
        Mem.putIntRelease(record, dataBytes | BUSY);
    }

    /** Pairs with {@link #head} of the consumer: what was written before is seen with it. */
    static void commit(long record, boolean isDiscarded) {
        int dataBytes = dataBytes(Mem.getInt(record));
        Mem.getAndSetInt(record, isDiscarded ? dataBytes | DISCARDED : dataBytes);
    }

    static int head(long record) {
        return Mem.getIntAcquire(record);
    }

    static boolean isBusy(int head) {
        return (head & BUSY) != 0;
    }

    static boolean isDiscarded(int head) {
        return (head & DISCARDED) != 0;
    }

    static int dataBytes(int head) {
        return head & MAX_DATA_BYTES;
    }
}
