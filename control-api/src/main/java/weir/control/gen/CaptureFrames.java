// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.core.frame.FramePool;
import weir.core.frame.Mem;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.LinkType;

/** The frames of a capture, over and over, as they are: no stamps, no times of the file. All of them are in memory. */
final class CaptureFrames implements FrameSource {
    private static final long MAX_BYTES = 256L << 20;

    private final MemorySegment memory;
    private final long[] addresses;
    private final int[] lengths;
    private final int longest;
    private int next;

    private CaptureFrames(List<byte[]> frames, long bytes) {
        memory = Arena.ofAuto().allocate(bytes, Long.BYTES);
        addresses = new long[frames.size()];
        lengths = new int[frames.size()];
        long at = 0;
        int most = 0;
        for (int i = 0; i < lengths.length; i++) {
            byte[] frame = frames.get(i);
            MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at, frame.length);
            addresses[i] = memory.address() + at;
            lengths[i] = frame.length;
            most = Math.max(most, frame.length);
            at += frame.length;
        }
        longest = most;
    }

    /**
     * Reads a whole file.
     *
     * @throws IOException when it cannot be read, is no capture of Ethernet frames, has none, or is too large
     */
    static CaptureFrames read(Path file) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        long bytes = 0;
        try (CaptureReader reader = CaptureReader.open(new BufferedInputStream(Files.newInputStream(file)))) {
            for (CaptureFrame frame = reader.next(); frame != null; frame = reader.next()) {
                if (frame.source().linkType() != LinkType.ETHERNET) {
                    throw new IOException("frames of link type "
                            + LinkType.name(frame.source().linkType()) + "; a port takes Ethernet frames");
                }
                byte[] each = frame.bytes();
                if (each.length > FramePool.MAX_LARGE_FRAME_BYTES) {
                    throw new IOException("frame " + (frames.size() + 1) + " has " + each.length + " bytes, more than "
                            + FramePool.MAX_LARGE_FRAME_BYTES);
                }
                bytes += each.length;
                if (bytes > MAX_BYTES) {
                    throw new IOException("more than " + MAX_BYTES + " bytes of frames; they are kept in memory");
                }
                frames.add(each);
            }
        }
        if (bytes == 0) {
            throw new IOException("it has no frames to send");
        }
        return new CaptureFrames(frames, bytes);
    }

    int count() {
        return lengths.length;
    }

    @Override
    public int nextLength() {
        return lengths[next];
    }

    @Override
    public int longestBytes() {
        return longest;
    }

    @Override
    public void writeNext(long address, long nanos) {
        int frame = next;
        next = frame + 1 < lengths.length ? frame + 1 : 0;
        Mem.copy(addresses[frame], address, lengths[frame]);
    }
}
