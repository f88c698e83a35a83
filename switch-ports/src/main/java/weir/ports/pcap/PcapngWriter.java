// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** pcapng, one section. Interfaces are described before they are used first. One thread. */
public final class PcapngWriter extends CaptureWriter {
    private static final int MAX_TEXT_BYTES = 4096;
    private static final int VERDICT_BYTES = 1 + Long.BYTES;
    private static final int COUNTS = 6;
    private static final int MAX_NUMBER_OPTION_BYTES = 64;

    /** What {@link #write(CaptureInterface, Statistics)} adds to a file. */
    static final int STATISTICS_BYTES = PcapngLayout.BLOCK_FRAME_BYTES
            + PcapngLayout.STATISTICS_BODY_BYTES
            + COUNTS * (PcapngLayout.OPTION_HEADER_BYTES + Long.BYTES)
            + PcapngLayout.OPTION_HEADER_BYTES;

    /**
     * What was counted at an interface, in an interface statistics block.
     *
     * @param startNanos since 1970, when counting began
     * @param endNanos since 1970, now
     * @param received frames that were there to be captured, {@code isb_ifrecv}
     * @param dropped of those that the filter took, lost for want of room, {@code isb_ifdrop}
     * @param accepted taken by the filter, {@code isb_filteraccept}
     * @param delivered written, {@code isb_usrdeliv}
     */
    public record Statistics(
            long startNanos, long endNanos, long received, long dropped, long accepted, long delivered) {}

    private final Map<CaptureInterface, Integer> numbers = new HashMap<>();

    PcapngWriter(OutputStream out) throws IOException {
        super(out);
        ByteBuffer block = begin(PcapngLayout.SECTION_HEADER, PcapngLayout.SECTION_BODY_BYTES);
        block.putInt(PcapngLayout.BYTE_ORDER_MAGIC)
                .putShort((short) PcapngLayout.VERSION_MAJOR)
                .putShort((short) 0)
                .putLong(-1); // the section's length is not known yet
        finish(block);
    }

    @Override
    public void write(CaptureFrame frame) throws IOException {
        Integer known = numbers.get(frame.source());
        int number = known == null ? describe(frame.source()) : known;
        byte[] comment = text(frame.comment());
        boolean hasVerdict = frame.xdpAction() != CaptureFrame.NO_ACTION;
        CaptureFrame.Passage passage = frame.passage();
        boolean hasFlags = passage.direction() != CaptureFrame.Passage.UNKNOWN;
        boolean hasDrops = passage.lostBefore() != 0;
        int optionBytes = optionBytes(comment.length)
                + (hasVerdict ? optionBytes(VERDICT_BYTES) : 0)
                + (hasFlags ? optionBytes(Integer.BYTES) : 0)
                + (hasDrops ? optionBytes(Long.BYTES) : 0);
        int dataBytes = PcapngLayout.padded(frame.bytes().length);
        ByteBuffer block = begin(
                PcapngLayout.ENHANCED_PACKET,
                PcapngLayout.PACKET_BODY_BYTES + dataBytes + optionBytes + (optionBytes > 0 ? 4 : 0));
        long ticks = Math.max(0, frame.timestampNanos());
        block.putInt(number)
                .putInt((int) (ticks >>> 32))
                .putInt((int) ticks)
                .putInt(frame.bytes().length)
                .putInt(frame.originalBytes())
                .put(frame.bytes())
                .position(PcapngLayout.BLOCK_HEADER_BYTES + PcapngLayout.PACKET_BODY_BYTES + dataBytes);
        putOption(block, PcapngLayout.OPTION_COMMENT, comment);
        if (hasFlags) {
            block.putShort((short) PcapngLayout.OPTION_FLAGS)
                    .putShort((short) Integer.BYTES)
                    .putInt(passage.direction());
        }
        if (hasDrops) {
            putOption(block, PcapngLayout.OPTION_DROP_COUNT, passage.lostBefore());
        }
        if (hasVerdict) {
            byte[] verdict = ByteBuffer.allocate(VERDICT_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) PcapngLayout.VERDICT_XDP)
                    .putLong(Integer.toUnsignedLong(frame.xdpAction()))
                    .array();
            putOption(block, PcapngLayout.OPTION_VERDICT, verdict);
        }
        finish(block); // the end of options is four zero bytes
    }

    /** Bytes that a frame adds to the file, its interface included if that is new; a little more where in doubt. */
    long sizeOf(CaptureFrame frame) {
        int fixed = PcapngLayout.BLOCK_FRAME_BYTES + PcapngLayout.PACKET_BODY_BYTES + MAX_NUMBER_OPTION_BYTES;
        int interfaceBytes = numbers.containsKey(frame.source())
                ? 0
                : PcapngLayout.BLOCK_FRAME_BYTES
                        + MAX_NUMBER_OPTION_BYTES
                        + PcapngLayout.padded(frame.source().name().length())
                        + STATISTICS_BYTES;
        return (long) fixed
                + PcapngLayout.padded(frame.bytes().length)
                + PcapngLayout.padded(frame.comment().length())
                + interfaceBytes;
    }

    /** Writes what was counted at an interface; the last that is said about it. */
    public void write(CaptureInterface source, Statistics counted) throws IOException {
        Integer known = numbers.get(source);
        int number = known == null ? describe(source) : known;
        ByteBuffer block = begin(PcapngLayout.STATISTICS, STATISTICS_BYTES - PcapngLayout.BLOCK_FRAME_BYTES);
        block.putInt(number).putInt((int) (counted.endNanos() >>> 32)).putInt((int) counted.endNanos());
        putTime(block, PcapngLayout.OPTION_START, counted.startNanos());
        putTime(block, PcapngLayout.OPTION_END_TIME, counted.endNanos());
        putOption(block, PcapngLayout.OPTION_RECEIVED, counted.received());
        putOption(block, PcapngLayout.OPTION_DROPPED, counted.dropped());
        putOption(block, PcapngLayout.OPTION_ACCEPTED, counted.accepted());
        putOption(block, PcapngLayout.OPTION_DELIVERED, counted.delivered());
        finish(block);
    }

    private static void putOption(ByteBuffer block, int code, long value) {
        block.putShort((short) code).putShort((short) Long.BYTES).putLong(value);
    }

    /** Times are two words, the high one first, whatever the byte order. */
    private static void putTime(ByteBuffer block, int code, long nanos) {
        putOption(block, code, Long.rotateLeft(nanos, Integer.SIZE));
    }

    private int describe(CaptureInterface source) throws IOException {
        byte[] name = text(source.name());
        int optionBytes = optionBytes(name.length) + optionBytes(1) + PcapngLayout.OPTION_HEADER_BYTES;
        ByteBuffer block = begin(PcapngLayout.INTERFACE, PcapngLayout.INTERFACE_BODY_BYTES + optionBytes);
        block.putShort((short) source.linkType()).putShort((short) 0).putInt(source.snapBytes());
        putOption(block, PcapngLayout.OPTION_INTERFACE_NAME, name);
        putOption(block, PcapngLayout.OPTION_TIME_RESOLUTION, new byte[] {TimeResolution.NANOSECONDS_CODE});
        finish(block);
        int number = numbers.size();
        numbers.put(source, number);
        return number;
    }

    private static ByteBuffer begin(int type, int bodyBytes) {
        int length = PcapngLayout.BLOCK_FRAME_BYTES + bodyBytes;
        return ByteBuffer.wrap(new byte[length])
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(length);
    }

    private void finish(ByteBuffer block) throws IOException {
        block.putInt(block.capacity() - Integer.BYTES, block.capacity());
        out.write(block.array(), block.arrayOffset(), block.capacity());
    }

    /** An empty value is left out. */
    private static void putOption(ByteBuffer block, int code, byte[] value) {
        if (value.length > 0) {
            block.putShort((short) code).putShort((short) value.length).put(value);
            block.position(PcapngLayout.padded(block.position()));
        }
    }

    private static int optionBytes(int valueBytes) {
        return valueBytes == 0 ? 0 : PcapngLayout.OPTION_HEADER_BYTES + PcapngLayout.padded(valueBytes);
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_TEXT_BYTES ? bytes : Arrays.copyOf(bytes, MAX_TEXT_BYTES);
    }
}
