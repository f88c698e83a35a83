// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

/**
 * A frame is a packed {@code long}; it never becomes an object on the packet path.
 *
 * <pre>
 *  63                                              18  17 16             0
 * +--------------------------------------------------+---+----------------+
 * |                  position (46)                   | o |  length (17)   |
 * +--------------------------------------------------+---+----------------+
 *   position  first byte of the frame, in bytes from the start of the pool
 *   o         offload: whoever sent the frame left work to be done, see {@link FramePool#offload}
 *   length    bytes from the destination address to the last payload byte, without FCS
 * </pre>
 *
 * An address is the pool's base plus the position: one shift and one add on the packet path. Which slot
 * a frame lies in is asked where slots are kept, {@link FramePool#slot}. Frames of a pool are never
 * negative, so a negative {@code long} can stand for none.
 */
public final class Frame {
    /** Size of a small slot, and the unit in which slots are numbered. */
    public static final int SLOT_UNIT_BYTES = 2048;

    /** Room kept free in front of a received frame, for {@code xdp_adjust_head} and metadata. */
    public static final int HEADROOM_BYTES = 256;

    /** Ethernet header: two addresses and the type. */
    public static final int ETHERNET_HEADER_BYTES = 14;

    static final int SLOT_UNIT_SHIFT = 11;
    private static final int POSITION_SHIFT = 18;
    private static final int MAX_LENGTH_BYTES = (1 << 17) - 1;
    private static final long OFFLOAD = 1L << 17;

    /** Mask of the length bits, for loops that add lengths without unpacking. */
    public static final long LENGTH_MASK = MAX_LENGTH_BYTES;

    /** Highest slot number that a frame can lie in: pools of up to 512 GiB. */
    public static final int MAX_SLOT = (1 << 28) - 1;

    private Frame() {}

    /**
     * Packs a frame.
     *
     * @param slot first unit of the slot, in units of {@link #SLOT_UNIT_BYTES}
     * @param offsetBytes first byte of the frame, from the start of the slot
     */
    public static long of(int slot, int offsetBytes, int lengthBytes) {
        return ((((long) slot << SLOT_UNIT_SHIFT) + offsetBytes) << POSITION_SHIFT) | lengthBytes;
    }

    /** Packs a frame by the position of its first byte in the pool. */
    public static long at(long positionBytes, int lengthBytes) {
        return positionBytes << POSITION_SHIFT | lengthBytes;
    }

    public static int length(long frame) {
        return (int) frame & MAX_LENGTH_BYTES;
    }

    public static long withLength(long frame, int lengthBytes) {
        return (frame & ~LENGTH_MASK) | lengthBytes;
    }

    /** Whether work is left to be done for the frame before it is a packet as it stands on a wire. */
    public static boolean hasOffload(long frame) {
        return (frame & OFFLOAD) != 0;
    }

    /** The frame without the mark; nothing is done to its bytes. */
    public static long withoutOffload(long frame) {
        return frame & ~OFFLOAD;
    }

    /** The frame with the mark that another one has, or without. */
    public static long withOffloadOf(long frame, long other) {
        return (frame & ~OFFLOAD) | (other & OFFLOAD);
    }

    static long markOffload(long frame) {
        return frame | OFFLOAD;
    }

    /**
     * The same frame with its first byte moved by {@code deltaBytes} (negative: towards the start of
     * the slot) and its length changed so that the last byte stays where it is.
     */
    public static long moveStart(long frame, int deltaBytes) {
        return frame + ((long) deltaBytes << POSITION_SHIFT) - deltaBytes;
    }

    /** Byte position of the frame's first byte, counted from the start of the pool. */
    public static long position(long frame) {
        return frame >>> POSITION_SHIFT;
    }

    /** Unit of {@link #SLOT_UNIT_BYTES} that holds the frame's first byte. */
    static int unit(long frame) {
        return (int) (frame >>> (POSITION_SHIFT + SLOT_UNIT_SHIFT));
    }

    public static String toString(long frame) {
        return "frame[position=" + position(frame) + " length=" + length(frame)
                + (hasOffload(frame) ? " offload]" : "]");
    }
}
