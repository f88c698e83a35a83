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

/** pcapng; see {@link PcapngLayout}. */
final class PcapngWriter extends CaptureWriter {
    private static final int MAX_TEXT_BYTES = 4096;
    private static final int VERDICT_BYTES = 1 + Long.BYTES;

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
        int optionBytes = optionBytes(comment.length) + (hasVerdict ? optionBytes(VERDICT_BYTES) : 0);
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
