// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** pcap; see {@link PcapLayout}. */
final class PcapReader extends CaptureReader {
    private final byte[] header = new byte[PcapLayout.RECORD_BYTES];
    private final ByteBuffer record;
    private final boolean nanos;
    private final CaptureInterface source;
    private final int checksumBytes;

    /** @param input behind the magic */
    PcapReader(CaptureInput input, ByteOrder order, boolean nanos) throws IOException {
        super(input);
        this.nanos = nanos;
        record = ByteBuffer.wrap(header).order(order);
        byte[] bytes = new byte[PcapLayout.HEADER_BYTES];
        int magicBytes = Integer.BYTES;
        input.read(bytes, magicBytes, PcapLayout.HEADER_BYTES - magicBytes, "file header");
        ByteBuffer file = ByteBuffer.wrap(bytes).order(order);
        int major = Short.toUnsignedInt(file.getShort(PcapLayout.MAJOR));
        int minor = Short.toUnsignedInt(file.getShort(PcapLayout.MINOR));
        if (major != PcapLayout.VERSION_MAJOR || minor != PcapLayout.VERSION_MINOR) {
            throw new CaptureException(PcapLayout.MAJOR, "version " + major + "." + minor + " of pcap; 2.4 is read");
        }
        int linkType = file.getInt(PcapLayout.LINK_TYPE);
        checksumBytes = PcapLayout.checksumBytes(linkType);
        int snapBytes = Math.max(0, file.getInt(PcapLayout.SNAPLEN));
        source = new CaptureInterface(0, "", PcapLayout.linkType(linkType), snapBytes);
    }

    @Override
    public @Nullable CaptureFrame next() throws IOException {
        long offset = input.offset();
        if (!input.readOrEnd(header, PcapLayout.RECORD_BYTES, "record header")) {
            return null;
        }
        byte[] captured = new byte[checkedLength(offset, record.getInt(PcapLayout.CAPTURED))];
        input.read(captured, 0, captured.length, "frame");
        long seconds = Integer.toUnsignedLong(record.getInt(PcapLayout.SECONDS));
        long fraction = Integer.toUnsignedLong(record.getInt(PcapLayout.FRACTION));
        long timestamp =
                TimeUnit.SECONDS.toNanos(seconds) + (nanos ? fraction : TimeUnit.MICROSECONDS.toNanos(fraction));
        return frame(source, timestamp, captured, record.getInt(PcapLayout.ON_WIRE), checksumBytes);
    }
}
