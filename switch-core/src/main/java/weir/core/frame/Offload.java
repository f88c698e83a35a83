// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

/**
 * Work that the sender of a frame left to whoever sends it on: a checksum to be written, segments to be cut. Packed
 * into a word that is kept beside the frame's slot, {@link FramePool#offload}; 0 says that there is nothing to do.
 *
 * <pre>
 *  63      56 55      50 49             34 33                  16 15            0
 * +----------+----------+-----------------+----------------------+---------------+
 * |    0     | features |  checksum at    |    checksum from     |  segment size |
 * +----------+----------+-----------------+----------------------+---------------+
 *   features       what the port that gets the frame must be able to do
 *   checksum at    where it is written, from the first byte that it covers
 *   checksum from  first byte that it covers, from the start of the slot; it ends with the frame
 *   segment size   bytes of payload in each segment but the last; 0: the frame is not cut
 * </pre>
 *
 * Since the checksum is found from the start of the slot, moving a frame's start (tags, {@code xdp_adjust_head})
 * changes nothing here.
 */
public final class Offload {
    /** No features. */
    public static final int NONE = 0;

    /** Writes the checksum of TCP, UDP or whatever the frame says. */
    public static final int CHECKSUM = 1;

    /** Cuts TCP over IPv4. */
    public static final int TCP4 = 1 << 1;

    /** Cuts TCP over IPv6. */
    public static final int TCP6 = 1 << 2;

    /** Cuts TCP with congestion signals (ECN): CWR stays on the first segment only. */
    public static final int TCP_ECN = 1 << 3;

    /** Cuts UDP over IPv4 into datagrams. */
    public static final int UDP4 = 1 << 4;

    /** Cuts UDP over IPv6 into datagrams. */
    public static final int UDP6 = 1 << 5;

    /** All of them. */
    public static final int ALL = CHECKSUM | TCP4 | TCP6 | TCP_ECN | UDP4 | UDP6;

    private static final int FEATURES_SHIFT = 50;
    private static final int CHECKSUM_AT_SHIFT = 34;
    private static final int CHECKSUM_FROM_SHIFT = 16;
    private static final int MASK_16 = 0xffff;
    private static final int MASK_18 = (1 << 18) - 1;

    private Offload() {}

    /**
     * Packs a word.
     *
     * @param features one or more of the constants, {@link #CHECKSUM} among them
     * @param checksumFrom from the start of the slot
     * @param checksumAt from {@code checksumFrom}
     * @param segmentBytes 0 when the frame is not to be cut
     */
    public static long of(int features, int checksumFrom, int checksumAt, int segmentBytes) {
        return ((long) features << FEATURES_SHIFT)
                | ((long) checksumAt << CHECKSUM_AT_SHIFT)
                | ((long) checksumFrom << CHECKSUM_FROM_SHIFT)
                | segmentBytes;
    }

    /** What the port that gets the frame must be able to do. */
    public static int features(long offload) {
        return (int) (offload >>> FEATURES_SHIFT);
    }

    /** Whether a port with these features can be left all the work. */
    public static boolean isTakenBy(long offload, int features) {
        return (features(offload) & ~features) == 0;
    }

    /** Where the checksum is written, from {@link #checksumFrom}. */
    public static int checksumAt(long offload) {
        return (int) (offload >>> CHECKSUM_AT_SHIFT) & MASK_16;
    }

    /** First byte that the checksum covers, from the start of the slot. */
    public static int checksumFrom(long offload) {
        return (int) (offload >>> CHECKSUM_FROM_SHIFT) & MASK_18;
    }

    /** Bytes of payload in each segment but the last; 0 when the frame is not to be cut. */
    public static int segmentBytes(long offload) {
        return (int) offload & MASK_16;
    }

    /** The same for a frame whose bytes were copied to a place further from, or nearer to, the start of its slot. */
    static long moved(long offload, int deltaBytes) {
        return offload + ((long) deltaBytes << CHECKSUM_FROM_SHIFT);
    }
}
