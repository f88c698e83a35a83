// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import java.io.IOException;
import java.io.OutputStream;

/** Writes frames to a capture file as they come, little endian. One thread. */
public abstract sealed class CaptureWriter implements AutoCloseable permits PcapWriter, PcapngWriter {
    final OutputStream out;

    CaptureWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * A pcap file: one link type, nanoseconds, no comments. The stream, which should be buffered, is closed
     * with the writer.
     */
    public static CaptureWriter pcap(OutputStream out, int linkType) throws IOException {
        return new PcapWriter(out, linkType);
    }

    /** A pcapng file: an interface is described before its first frame. */
    public static PcapngWriter pcapng(OutputStream out) throws IOException {
        return new PcapngWriter(out);
    }

    /**
     * Writes one frame.
     *
     * @throws IllegalArgumentException in a pcap file when the frame has another link type
     */
    public abstract void write(CaptureFrame frame) throws IOException;

    public final void flush() throws IOException {
        out.flush();
    }

    @Override
    public final void close() throws IOException {
        out.close();
    }
}
