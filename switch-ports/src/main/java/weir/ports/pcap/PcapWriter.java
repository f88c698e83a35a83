// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** pcap; see {@link PcapLayout}. */
final class PcapWriter extends CaptureWriter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long MAX_SECONDS = 0xffff_ffffL;

    private final int linkType;
    private final ByteBuffer record =
            ByteBuffer.allocate(PcapLayout.RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    PcapWriter(OutputStream out, int linkType) throws IOException {
        super(out);
        this.linkType = linkType;
        ByteBuffer header = ByteBuffer.allocate(PcapLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, PcapLayout.MAGIC_NANOS);
        header.putShort(PcapLayout.MAJOR, (short) PcapLayout.VERSION_MAJOR);
        header.putShort(PcapLayout.MINOR, (short) PcapLayout.VERSION_MINOR);
        header.putInt(PcapLayout.SNAPLEN, CaptureFrame.MAX_BYTES);
        header.putInt(PcapLayout.LINK_TYPE, linkType);
        out.write(header.array());
    }

    @Override
    public void write(CaptureFrame frame) throws IOException {
        if (frame.source().linkType() != linkType) {
            throw new IllegalArgumentException("a frame of link type "
                    + LinkType.name(frame.source().linkType()) + " in a file of " + LinkType.name(linkType));
        }
        long seconds = Math.clamp(frame.timestampNanos() / NANOS_PER_SECOND, 0, MAX_SECONDS);
        long fraction = Math.max(0, frame.timestampNanos() % NANOS_PER_SECOND);
        record.putInt(PcapLayout.SECONDS, (int) seconds);
        record.putInt(PcapLayout.FRACTION, (int) fraction);
        record.putInt(PcapLayout.CAPTURED, frame.bytes().length);
        record.putInt(PcapLayout.ON_WIRE, frame.originalBytes());
        out.write(record.array());
        out.write(frame.bytes());
    }
}
