// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Reads the frames of a capture file in order. One thread; holds one frame or block at a time. */
public abstract sealed class CaptureReader implements AutoCloseable permits PcapReader, PcapngReader {
    private static final int MAGIC_BYTES = 4;

    final CaptureInput input;

    CaptureReader(CaptureInput input) {
        this.input = input;
    }

    /**
     * Finds out by its first bytes what the file is. Closing the reader closes the stream, which should be
     * buffered.
     *
     * @throws CaptureException when it is no capture, or one that is not read
     */
    public static CaptureReader open(InputStream in) throws IOException {
        CaptureInput input = new CaptureInput(in);
        byte[] magic = new byte[MAGIC_BYTES];
        if (!input.readOrEnd(magic, MAGIC_BYTES, "file header")) {
            throw new CaptureException(0, "the file is empty; a capture without frames still has a header");
        }
        int number = ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).getInt();
        return switch (number) {
            case PcapLayout.MAGIC_MICROS -> new PcapReader(input, ByteOrder.LITTLE_ENDIAN, false);
            case PcapLayout.MAGIC_NANOS -> new PcapReader(input, ByteOrder.LITTLE_ENDIAN, true);
            case PcapngLayout.SECTION_HEADER -> new PcapngReader(input);
            default ->
                switch (Integer.reverseBytes(number)) {
                    case PcapLayout.MAGIC_MICROS -> new PcapReader(input, ByteOrder.BIG_ENDIAN, false);
                    case PcapLayout.MAGIC_NANOS -> new PcapReader(input, ByteOrder.BIG_ENDIAN, true);
                    default -> throw new CaptureException(0, refusal(magic));
                };
        };
    }

    private static String refusal(byte[] magic) {
        String hex = HexFormat.of().formatHex(magic);
        return switch (hex) {
            case "34cdb2a1", "a1b2cd34" -> "modified pcap (magic a1b2cd34) is not read; convert it with editcap";
            case "736e6f6f" -> "snoop files are not read; convert it with editcap";
            case "28b52ffd" -> "the file is compressed with zstd; decompress it first";
            case "7f454c46" -> "this is an ELF file, not a capture";
            default ->
                hex.startsWith("1f8b")
                        ? "the file is compressed with gzip; decompress it first"
                        : "neither pcap nor pcapng: it begins with "
                                + HexFormat.ofDelimiter(" ").formatHex(magic);
        };
    }

    /**
     * The next frame; null at the end of the file.
     *
     * @throws CaptureException when the file breaks its format; nothing can be read behind that
     */
    public abstract @Nullable CaptureFrame next() throws IOException;

    @Override
    public final void close() throws IOException {
        input.close();
    }

    static int checkedLength(long offset, int lengthBytes) throws CaptureException {
        if (Integer.compareUnsigned(lengthBytes, CaptureFrame.MAX_BYTES) > 0) {
            throw new CaptureException(
                    offset,
                    "frame of " + Integer.toUnsignedString(lengthBytes) + " bytes; at most " + CaptureFrame.MAX_BYTES
                            + " are read");
        }
        return lengthBytes;
    }

    /** A frame without its checksum; lengths on the wire beyond 2 GiB are none. */
    static CaptureFrame frame(
            CaptureInterface source, long timestampNanos, byte[] captured, int wireBytes, int checksumBytes) {
        int original = Math.max(captured.length, wireBytes < 0 ? captured.length : wireBytes);
        int withoutChecksum = Math.max(0, original - checksumBytes);
        byte[] bytes = captured;
        if (captured.length > withoutChecksum) {
            bytes = Arrays.copyOf(captured, withoutChecksum);
        }
        return CaptureFrame.of(source, timestampNanos, bytes).withOriginalBytes(withoutChecksum);
    }
}
