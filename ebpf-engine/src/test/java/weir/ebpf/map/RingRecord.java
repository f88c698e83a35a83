// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/**
 * A record as it lies in a ring buffer, {@code BPF_RINGBUF_HDR_SZ}, {@code uapi/linux/bpf.h}.
 *
 * @param position where it begins, counted from the first record ever
 * @param head first word: length, and bit 30 where it was discarded
 * @param data empty where it was discarded: nobody promises what is there
 */
public record RingRecord(long position, int head, Bytes data) {
    public static final int HEAD_BYTES = 8;

    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final Bytes NOTHING = Bytes.of(new byte[0]);

    /** With all bytes that the head counts. */
    public static RingRecord of(long position, int head, Bytes data) {
        return new RingRecord(position, head, (head & DISCARDED) != 0 ? NOTHING : data);
    }

    /** Neither submitted nor discarded. */
    public static boolean isBusy(int head) {
        return (head & BUSY) != 0;
    }

    public static int dataBytes(int head) {
        return head & ~(BUSY | DISCARDED);
    }

    public static int recordBytes(int head) {
        return dataBytes(head) + HEAD_BYTES + 7 & -8;
    }
}
