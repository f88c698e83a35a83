// SPDX-License-Identifier: Apache-2.0
package weir.core.offload;

import static weir.core.offload.NetworkBytes.putU16;
import static weir.core.offload.NetworkBytes.putU32;
import static weir.core.offload.NetworkBytes.u16;
import static weir.core.offload.NetworkBytes.u32;
import static weir.core.offload.NetworkBytes.u8;

import weir.core.frame.Frame;
import weir.core.frame.FramePool;
import weir.core.frame.FrameStore;
import weir.core.frame.Mem;
import weir.core.frame.Offload;

/**
 * Does in software what the sender of a frame left undone: writes the checksum, and cuts a frame that is larger than a
 * packet into packets, as Linux does ({@code tcp_gso_segment}, {@code __udp_gso_segment}, {@code inet_gso_segment}).
 *
 * <pre>
 *  | headers | payload ........................ |      the frame, length up to 64 KiB
 *  | headers | size bytes |                            first: keeps CWR
 *            | headers | size bytes |                  each: own length, IPv4 id, sequence number, checksums
 *                      | headers | rest |              last: keeps FIN and PSH
 * </pre>
 *
 * <p>One frame at a time: {@link #open}, then {@link #next} as often as {@code open} said, then {@link #close}. The
 * frames that come out are of this worker's home. One worker's thread.
 */
public final class GsoSegmenter {
    /** There was no slot, or no credit. */
    public static final long NO_SLOT = -1;

    private static final int TCP_FIN = 0x01;
    private static final int TCP_PSH = 0x08;
    private static final int TCP_CWR = 0x80;
    private static final int CHECKSUM_BYTES = 2;

    private final FrameStore store;
    private final FramePool pool;
    private final SegmentHeaders headers = new SegmentHeaders();

    private long frame;
    private boolean holdsFrame;
    private long source;
    private int lengthBytes;
    private int checksumFrom;
    private int checksumAt;
    private int segmentBytes;
    private int made;
    private int from;

    public GsoSegmenter(FrameStore store) {
        this.store = store;
        pool = store.pool();
    }

    /**
     * Begins with a frame that has an offload, and takes over one hold on it.
     *
     * @return frames that will come of it; 0 when its headers are not as they must be: then the hold is the caller's
     */
    public int open(long offloaded) {
        int count = look(offloaded);
        holdsFrame = count > 0;
        return count;
    }

    /**
     * Length of the longest packet that comes of a frame, its headers included; its own length when it cannot be cut.
     */
    public int packetBytes(long offloaded) {
        if (!Frame.hasOffload(offloaded)) {
            return Frame.length(offloaded);
        }
        int count = look(offloaded);
        return count > 1 ? headers.headerBytes() + segmentBytes : Frame.length(offloaded);
    }

    private int look(long offloaded) {
        long offload = pool.offload(offloaded);
        frame = offloaded;
        source = pool.address(offloaded);
        lengthBytes = Frame.length(offloaded);
        checksumFrom = Offload.checksumFrom(offload) - pool.offset(offloaded);
        checksumAt = Offload.checksumAt(offload);
        segmentBytes = Offload.segmentBytes(offload);
        made = 0;
        // All was checked when the frame came in, but a program may have changed it since.
        if (checksumFrom < Frame.ETHERNET_HEADER_BYTES || checksumFrom + checksumAt + CHECKSUM_BYTES > lengthBytes) {
            return 0;
        }
        if (segmentBytes == 0) {
            return 1;
        }
        boolean tcp = (Offload.features(offload) & (Offload.TCP4 | Offload.TCP6)) != 0;
        if (!headers.find(source, lengthBytes, checksumFrom, tcp)) {
            return 0;
        }
        from = headers.headerBytes();
        int payload = lengthBytes - from;
        int count = (payload + segmentBytes - 1) / segmentBytes;
        if (count <= 1) {
            segmentBytes = 0;
            return 1;
        }
        return count <= VirtioNetHeader.MAX_SEGMENTS ? count : 0;
    }

    /**
     * The next frame, ready for a wire.
     *
     * @param account that its slot is charged to
     * @return {@link #NO_SLOT} when there is none; asking again may succeed
     */
    public long next(int account) {
        return segmentBytes == 0 ? completed(account) : cut(account);
    }

    /** Gives up the frame that was opened. */
    public void close() {
        if (holdsFrame) {
            holdsFrame = false;
            store.release(frame);
        }
    }

    private long completed(int account) {
        long own = frame;
        if (store.isExclusive(frame)) {
            holdsFrame = false; // it goes on as what comes out
        } else {
            own = store.copy(frame, account);
            if (own < 0) {
                return NO_SLOT;
            }
        }
        long start = pool.address(own) + checksumFrom;
        // The field holds the sum of the pseudo-header, and is summed with the rest.
        Mem.putShort(
                start + checksumAt,
                InternetChecksum.finishNonZero(InternetChecksum.sum(start, lengthBytes - checksumFrom)));
        return Frame.withoutOffload(own);
    }

    // ---- cutting ------------------------------------------------------------------------------------

    private long cut(int account) {
        int headerBytes = headers.headerBytes();
        int payload = Math.min(segmentBytes, lengthBytes - from);
        long empty = store.allocateFor(account, headerBytes + payload);
        if (empty < 0) {
            return NO_SLOT;
        }
        long to = pool.address(empty);
        Mem.copy(source, to, headerBytes);
        Mem.copy(source + from, to + headerBytes, payload);
        from += payload;
        boolean last = from == lengthBytes;
        int length = headerBytes + payload;
        writeNetworkHeader(to, length);
        if (headers.isTcp()) {
            writeTcpHeader(to + headers.transportOffset(), last);
            writeChecksum(to, length, lengthBytes - headers.transportOffset());
        } else {
            int whole = u16(source + headers.transportOffset() + SegmentHeaders.UDP_LENGTH);
            putU16(to + headers.transportOffset() + SegmentHeaders.UDP_LENGTH, length - headers.transportOffset());
            writeChecksum(to, length, whole);
        }
        made++;
        return Frame.withLength(empty, length);
    }

    private void writeNetworkHeader(long to, int length) {
        long ip = to + headers.networkOffset();
        int fromIp = length - headers.networkOffset();
        if (headers.isIpv6()) {
            putU16(ip + SegmentHeaders.IPV6_PAYLOAD_LENGTH, fromIp - SegmentHeaders.IPV6_HEADER_BYTES);
            return;
        }
        putU16(ip + SegmentHeaders.IPV4_TOTAL_LENGTH, fromIp);
        putU16(ip + SegmentHeaders.IPV4_ID, u16(ip + SegmentHeaders.IPV4_ID) + made);
        Mem.putShort(ip + SegmentHeaders.IPV4_CHECKSUM, (short) 0);
        int ipBytes = headers.transportOffset() - headers.networkOffset();
        Mem.putShort(ip + SegmentHeaders.IPV4_CHECKSUM, InternetChecksum.finish(InternetChecksum.sum(ip, ipBytes)));
    }

    private void writeTcpHeader(long tcp, boolean last) {
        putU32(tcp + SegmentHeaders.TCP_SEQUENCE, u32(tcp + SegmentHeaders.TCP_SEQUENCE) + made * segmentBytes);
        int cleared = (last ? 0 : TCP_FIN | TCP_PSH) | (made == 0 ? 0 : TCP_CWR);
        Mem.putByte(tcp + SegmentHeaders.TCP_FLAGS, (byte) (u8(tcp + SegmentHeaders.TCP_FLAGS) & ~cleared));
    }

    /**
     * The field holds the sum of the pseudo-header, in which the length of the whole is replaced by that of the segment.
     *
     * @param wholeBytes length that the pseudo-header was made of
     */
    private void writeChecksum(long to, int length, int wholeBytes) {
        long transport = to + headers.transportOffset();
        int transportBytes = length - headers.transportOffset();
        long sum = InternetChecksum.sum(transport, transportBytes)
                + InternetChecksum.withoutWord(wholeBytes)
                + InternetChecksum.word(transportBytes);
        Mem.putShort(
                transport + headers.checksumAt(),
                headers.isTcp() ? InternetChecksum.finish(sum) : InternetChecksum.finishNonZero(sum));
    }
}
