// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

/** A frame of a capture. */
public final class CaptureFrame {
    /** {@link #xdpAction}: no XDP program decided about the frame. */
    public static final int NO_ACTION = -1;

    /** Longest piece of a frame that is read; libpcap's {@code MAXIMUM_SNAPLEN}. */
    public static final int MAX_BYTES = 262_144;

    private final CaptureInterface source;
    private final long timestampNanos;
    private final int originalBytes;
    private final byte[] bytes;
    private final String comment;
    private final int xdpAction;
    private final Passage passage;

    /**
     * Of pcapng only: how the frame passed where it was captured.
     *
     * @param direction {@code epb_flags}, bits 0 and 1; {@link #UNKNOWN}, {@link #INBOUND} or {@link #OUTBOUND}
     * @param lostBefore frames of the interface lost since the one before, {@code epb_dropcount}
     */
    public record Passage(int direction, long lostBefore) {
        public static final int UNKNOWN = 0;
        public static final int INBOUND = 1;
        public static final int OUTBOUND = 2;

        static final Passage NONE = new Passage(UNKNOWN, 0);
    }

    private CaptureFrame(
            CaptureInterface source,
            long timestampNanos,
            int originalBytes,
            byte[] bytes,
            String comment,
            int xdpAction,
            Passage passage) {
        this.source = source;
        this.timestampNanos = timestampNanos;
        this.originalBytes = originalBytes;
        this.bytes = bytes;
        this.comment = comment;
        this.xdpAction = xdpAction;
        this.passage = passage;
    }

    /** A whole frame. The array is not copied. */
    public static CaptureFrame of(CaptureInterface source, long timestampNanos, byte[] bytes) {
        return new CaptureFrame(source, timestampNanos, bytes.length, bytes, "", NO_ACTION, Passage.NONE);
    }

    /** A frame of which the capture kept only the first bytes. */
    public CaptureFrame withOriginalBytes(int newOriginalBytes) {
        return new CaptureFrame(source, timestampNanos, newOriginalBytes, bytes, comment, xdpAction, passage);
    }

    /** Of pcapng only: one line for people. */
    public CaptureFrame withComment(String newComment) {
        return new CaptureFrame(source, timestampNanos, originalBytes, bytes, newComment, xdpAction, passage);
    }

    /** Of pcapng only: what an XDP program returned, {@code enum xdp_action}. */
    public CaptureFrame withXdpAction(int newXdpAction) {
        return new CaptureFrame(source, timestampNanos, originalBytes, bytes, comment, newXdpAction, passage);
    }

    /** Of pcapng only; written, not read. */
    public CaptureFrame withPassage(Passage newPassage) {
        return new CaptureFrame(source, timestampNanos, originalBytes, bytes, comment, xdpAction, newPassage);
    }

    Passage passage() {
        return passage;
    }

    public CaptureInterface source() {
        return source;
    }

    /** Since 1970; 0 where the file does not say. */
    public long timestampNanos() {
        return timestampNanos;
    }

    /** Length on the wire; more than {@link #bytes} where the capture cut the frame. */
    public int originalBytes() {
        return originalBytes;
    }

    /** What was captured; not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** Comments of the frame, one a line; empty without. */
    public String comment() {
        return comment;
    }

    /** Written, not read; {@link #NO_ACTION} without. */
    int xdpAction() {
        return xdpAction;
    }
}
