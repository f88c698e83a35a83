// SPDX-License-Identifier: Apache-2.0
package weir.ports.pcap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weir.core.capture.CaptureConsumer;
import weir.core.capture.CaptureCounters;
import weir.core.capture.CaptureDirection;
import weir.core.capture.CapturedFrame;
import weir.core.counter.DropReason;

/**
 * Writes a capture of a running switch as pcapng: an interface for each port, frames with their direction, drops with
 * the reason as comment, how many frames were lost before which, and what each port counted at the end. To a stream, a
 * file, or a ring of files of which the last ones stay.
 */
public final class CaptureSink implements CaptureConsumer {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Outputs outputs;
    private final long maxFileBytes;
    private final int snapBytes;
    private final long startNanos = nowNanos();
    private final Map<Integer, Interface> interfaces = new LinkedHashMap<>();
    private CountedOutput out;
    private PcapngWriter writer;
    private int framesInFile;

    /** Where files come from. */
    @FunctionalInterface
    private interface Outputs {
        OutputStream next() throws IOException;
    }

    /** A port, and what of it is in the file that is being written. */
    private static final class Interface {
        final CaptureInterface source;
        boolean isInFile;
        long written;
        long lost;

        Interface(CaptureInterface source) {
            this.source = source;
        }
    }

    private CaptureSink(Outputs outputs, long maxFileBytes, int snapBytes) throws IOException {
        this.outputs = outputs;
        this.maxFileBytes = maxFileBytes;
        this.snapBytes = snapBytes;
        out = new CountedOutput(new BufferedOutputStream(outputs.next(), BUFFER_BYTES));
        writer = CaptureWriter.pcapng(out);
    }

    /**
     * To one stream, which is closed at the end, such as a pipe that {@code wireshark -k -i -} reads.
     *
     * @param snapBytes what the capture keeps of a frame at most
     */
    public static CaptureSink to(OutputStream stream, int snapBytes) throws IOException {
        return new CaptureSink(() -> stream, Long.MAX_VALUE, snapBytes);
    }

    /** To one file, which is created or emptied now. */
    public static CaptureSink to(Path file, int snapBytes) throws IOException {
        return to(Files.newOutputStream(file), snapBytes);
    }

    /** To files one after the other; see {@link RingFiles}. */
    public static CaptureSink to(RingFiles files, int snapBytes) throws IOException {
        return new CaptureSink(files::next, files.maxBytes(), snapBytes);
    }

    private static long nowNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    @Override
    public void frame(CapturedFrame captured) throws IOException {
        Interface port = interfaceOf(captured.portNumber(), captured.portName());
        CaptureFrame frame = CaptureFrame.of(
                        port.source, captured.epochNanos(), captured.bytes().toArray(JAVA_BYTE))
                .withOriginalBytes(captured.originalBytes())
                .withComment(comment(captured.dropReason()))
                .withPassage(new CaptureFrame.Passage(
                        captured.direction() == CaptureDirection.OUT
                                ? CaptureFrame.Passage.OUTBOUND
                                : CaptureFrame.Passage.INBOUND,
                        captured.lostBefore()));
        if (framesInFile > 0 && out.written() + writer.sizeOf(frame) + statisticsBytes() > maxFileBytes) {
            rotate();
        }
        writer.write(frame);
        framesInFile++;
        port.isInFile = true;
        port.written++;
        port.lost += captured.lostBefore();
    }

    private static String comment(@Nullable DropReason reason) {
        return reason == null ? "" : "dropped: " + reason.label();
    }

    private Interface interfaceOf(int number, String name) {
        return interfaces.computeIfAbsent(
                number,
                _ -> new Interface(new CaptureInterface(interfaces.size(), name, LinkType.ETHERNET, snapBytes)));
    }

    private long statisticsBytes() {
        return interfaces.values().stream().filter(port -> port.isInFile).count() * PcapngWriter.STATISTICS_BYTES;
    }

    /** Ends a file of several: what it says of its ports is about itself. */
    private void rotate() throws IOException {
        long now = nowNanos();
        for (Interface port : interfaces.values()) {
            if (port.isInFile) {
                long accepted = port.written + port.lost;
                writer.write(
                        port.source,
                        new PcapngWriter.Statistics(startNanos, now, accepted, port.lost, accepted, port.written));
            }
            port.isInFile = false;
            port.written = 0;
            port.lost = 0;
        }
        writer.close();
        out = new CountedOutput(new BufferedOutputStream(outputs.next(), BUFFER_BYTES));
        writer = CaptureWriter.pcapng(out);
        framesInFile = 0;
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    /** Writes what was counted in the whole, and closes the file. */
    @Override
    public void end(List<CaptureCounters> ports) throws IOException {
        try {
            long now = nowNanos();
            for (CaptureCounters each : ports) {
                writer.write(
                        interfaceOf(each.portNumber(), each.portName()).source,
                        new PcapngWriter.Statistics(
                                startNanos, now, each.seen(), each.lost(), each.matched(), each.delivered()));
            }
        } finally {
            writer.close();
        }
    }
}
