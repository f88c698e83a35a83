// SPDX-License-Identifier: Apache-2.0
package weir.core.offload;

import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.Mem;
import weir.core.frame.Offload;

/**
 * {@code struct virtio_net_hdr} of {@code uapi/linux/virtio_net.h}, in front of each frame that a TAP or packet socket
 * with that option carries; the machine's byte order. Reads it, believing nothing, and writes it. One thread.
 *
 * <pre>
 *  0       1          2         4          6            8             10
 * +-------+----------+---------+----------+------------+-------------+
 * | flags | gso_type | hdr_len | gso_size | csum_start | csum_offset |  frame ...
 * +-------+----------+---------+----------+------------+-------------+
 *   flags       1: NEEDS_CSUM, the checksum at csum_start + csum_offset holds the sum of a pseudo-header only
 *   gso_type    0: none, 1: TCPV4, 4: TCPV6, 5: UDP_L4, + 0x80: ECN
 *   hdr_len     length of all headers, as a hint
 * </pre>
 */
public final class VirtioNetHeader {
    /** Size without {@code num_buffers}: what a TAP begins with. */
    public static final int BYTES = 10;

    /** What {@link #read} answers for a header that does not fit its frame. */
    public static final long BAD = -1;

    /** Segments that one frame may be cut into: 64 KiB by the smallest segment of Linux's TCP, and some more. */
    public static final int MAX_SEGMENTS = 2_048;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private static final int NEEDS_CHECKSUM = 1;
    private static final int GSO_NONE = 0;
    private static final int GSO_TCP4 = 1;
    private static final int GSO_TCP6 = 4;
    private static final int GSO_UDP = 5;
    private static final int GSO_ECN = 0x80;
    private static final int CHECKSUM_BYTES = 2;
    private static final int SHORT_MASK = 0xffff;
    private static final int BYTE_MASK = 0xff;

    private final SegmentHeaders headers = new SegmentHeaders();

    /** One for a queue. */
    public VirtioNetHeader() {
        // The headers of the frame at hand are all that it holds.
    }

    /**
     * Reads a header and holds it against the frame.
     *
     * @param header address of {@link #BYTES} bytes
     * @param frame address of the frame
     * @param lengthBytes of the frame
     * @param frameOffset of the frame's first byte in its slot
     * @return 0 when nothing is left to be done, {@link #BAD}, or what {@link FramePool#withOffload} takes
     */
    public long read(long header, long frame, int lengthBytes, int frameOffset) {
        int type = Mem.getByte(header + GSO_TYPE) & BYTE_MASK;
        boolean needsChecksum = (Mem.getByte(header + FLAGS) & NEEDS_CHECKSUM) != 0;
        if (type == GSO_NONE && !needsChecksum) {
            return 0;
        }
        int from = Mem.getShort(header + CHECKSUM_START) & SHORT_MASK;
        int at = Mem.getShort(header + CHECKSUM_OFFSET) & SHORT_MASK;
        if (!needsChecksum || from < Frame.ETHERNET_HEADER_BYTES || from + at + CHECKSUM_BYTES > lengthBytes) {
            return BAD;
        }
        if (type == GSO_NONE) {
            return Offload.of(Offload.CHECKSUM, frameOffset + from, at, 0);
        }
        int size = Mem.getShort(header + GSO_SIZE) & SHORT_MASK;
        boolean headerFits = (Mem.getShort(header + HEADER_LENGTH) & SHORT_MASK) <= lengthBytes;
        int features = size > 0 && headerFits ? features(type, frame, lengthBytes, from, at) : Offload.NONE;
        if (features == Offload.NONE) {
            return BAD;
        }
        int payload = lengthBytes - headers.headerBytes();
        if (payload <= size) {
            return Offload.of(Offload.CHECKSUM, frameOffset + from, at, 0); // fits one segment, as it is
        }
        if ((payload + size - 1) / size > MAX_SEGMENTS) {
            return BAD;
        }
        return Offload.of(features | Offload.CHECKSUM, frameOffset + from, at, size);
    }

    /** What it takes to cut the frame; none when its headers are not what the type says. */
    private int features(int type, long frame, int lengthBytes, int from, int at) {
        int kind = type & ~GSO_ECN;
        boolean ecn = type != kind;
        boolean tcp = kind == GSO_TCP4 || kind == GSO_TCP6;
        if ((!tcp && (kind != GSO_UDP || ecn))
                || !headers.find(frame, lengthBytes, from, tcp)
                || at != headers.checksumAt()) {
            return Offload.NONE;
        }
        if (!tcp) {
            return headers.isIpv6() ? Offload.UDP6 : Offload.UDP4;
        }
        if (headers.isIpv6() != (kind == GSO_TCP6)) {
            return Offload.NONE;
        }
        return (headers.isIpv6() ? Offload.TCP6 : Offload.TCP4) | (ecn ? Offload.TCP_ECN : 0);
    }

    /**
     * Writes the header of a frame.
     *
     * @param header address of {@link #BYTES} bytes
     */
    public void write(long header, FramePool pool, long frame) {
        long offload = pool.offload(frame);
        if (offload == 0) {
            clear(header);
            return;
        }
        int from = Offload.checksumFrom(offload) - pool.offset(frame);
        int size = Offload.segmentBytes(offload);
        int features = Offload.features(offload);
        boolean tcp = (features & (Offload.TCP4 | Offload.TCP6)) != 0;
        int headerBytes = size > 0 && headers.find(pool.address(frame), Frame.length(frame), from, tcp)
                ? headers.headerBytes()
                : 0;
        Mem.putByte(header + FLAGS, (byte) NEEDS_CHECKSUM);
        Mem.putByte(header + GSO_TYPE, (byte) gsoType(features));
        Mem.putShort(header + HEADER_LENGTH, (short) headerBytes);
        Mem.putShort(header + GSO_SIZE, (short) size);
        Mem.putShort(header + CHECKSUM_START, (short) from);
        Mem.putShort(header + CHECKSUM_OFFSET, (short) Offload.checksumAt(offload));
    }

    /** Writes a header that leaves nothing to be done. */
    public static void clear(long header) {
        Mem.putLong(header, 0);
        Mem.putShort(header + CHECKSUM_OFFSET, (short) 0);
    }

    private static int gsoType(int features) {
        int ecn = (features & Offload.TCP_ECN) != 0 ? GSO_ECN : 0;
        if ((features & Offload.TCP4) != 0) {
            return GSO_TCP4 | ecn;
        }
        if ((features & Offload.TCP6) != 0) {
            return GSO_TCP6 | ecn;
        }
        return (features & (Offload.UDP4 | Offload.UDP6)) != 0 ? GSO_UDP : GSO_NONE;
    }
}
