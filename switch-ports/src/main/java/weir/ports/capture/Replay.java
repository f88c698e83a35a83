// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.core.frame.CopyRing;
import weir.core.worker.Doorbell;
import weir.ports.PortSpec;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureReader;
import weir.ports.pcap.LinkType;

/**
 * Reads a capture, in a thread of its own, and puts its frames into {@link #ring} when they are due. The worker is told
 * of some at a time: before this thread sleeps, before it asks the file for more, and every so many frames.
 */
final class Replay {
    private static final int RING_BYTES = 4 << 20;
    private static final int RING_FRAMES = 8192;
    private static final int FILE_BUFFER_BYTES = 1 << 16;
    private static final int BATCH = 64;
    private static final long FIRST_NAP_NANOS = 20_000;
    private static final long LONGEST_NAP_NANOS = 1_000_000;
    private static final int CLOSE_SECONDS = 5;

    private final CaptureSpec spec;
    private final CopyRing ring = new CopyRing(RING_BYTES, RING_FRAMES);
    private final CopyRing.Writer writer = ring.writer();
    private final Thread thread =
            Thread.ofPlatform().name("weir-replay").daemon(true).unstarted(this::run);
    private final CaptureReader first;
    private final FileClaims.Claim claim;
    private volatile boolean stopping;
    private volatile Consumer<String> onEnd = cause -> {};
    private @Nullable Doorbell doorbell;
    private int unpublished;
    private long frames;

    private Replay(CaptureSpec spec) throws IOException {
        this.spec = spec;
        claim = FileClaims.toRead(Path.of(spec.in()));
        boolean done = false;
        try {
            first = openFile();
            done = true;
        } finally {
            if (!done) {
                claim.close();
            }
        }
    }

    /** Opens the file and reads its header. */
    static Replay open(CaptureSpec spec) throws IOException {
        if (spec.loops() != 1 && Files.exists(Path.of(spec.in())) && !Files.isRegularFile(Path.of(spec.in()))) {
            throw new IOException("it is no regular file and can be read only once: leave loops out");
        }
        return new Replay(spec);
    }

    /** A channel, unlike the streams of {@link Files}, lets an interrupt end a read from a pipe. */
    private CaptureReader openFile() throws IOException {
        InputStream in = Channels.newInputStream(FileChannel.open(Path.of(spec.in()), StandardOpenOption.READ));
        try {
            return CaptureReader.open(new BufferedInputStream(new Tell(in), FILE_BUFFER_BYTES));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The file itself, whose reads may take their time: whoever waits for frames gets first what is there. */
    private final class Tell extends FilterInputStream {
        Tell(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            publish();
            return super.read(into, from, length);
        }
    }

    /**
     * Begins.
     *
     * @param bell of the worker that reads {@link #ring}
     * @param atTheEnd told once, by the thread, why nothing more will come; not after {@link #stop}
     */
    void start(Doorbell bell, Consumer<String> atTheEnd) {
        doorbell = bell;
        onEnd = atTheEnd;
        thread.start();
    }

    /** The worker's end. */
    CopyRing.Reader ring() {
        return ring.reader();
    }

    private void run() {
        String end;
        try {
            replayAll();
            end = String.format(Locale.ROOT, "replay ended after %,d frames", frames);
        } catch (IOException e) {
            end = PortSpec.quote(spec.in()) + ": " + CapturePort.causeOf(e);
        }
        publish();
        if (!stopping) {
            onEnd.accept(end);
        }
    }

    private void replayAll() throws IOException {
        try (CaptureReader reader = first) {
            replay(reader);
        }
        for (int loop = 1; !stopping && (spec.loops() == 0 || loop < spec.loops()); loop++) {
            if (frames == 0) {
                return; // an empty file for ever would be a busy loop
            }
            try (CaptureReader reader = openFile()) {
                replay(reader);
            }
        }
    }

    private void replay(CaptureReader reader) throws IOException {
        long start = System.nanoTime();
        long firstStamp = 0;
        boolean any = false;
        for (CaptureFrame frame = reader.next(); frame != null && !stopping; frame = reader.next()) {
            requireEthernet(frame);
            if (!any) {
                any = true;
                firstStamp = frame.timestampNanos();
            }
            if (spec.speed() != CaptureSpec.AS_FAST_AS_POSSIBLE) {
                sleepUntil(start + (long) ((frame.timestampNanos() - firstStamp) / spec.speed()));
            }
            put(sendable(frame.bytes()));
        }
    }

    private static void requireEthernet(CaptureFrame frame) throws IOException {
        int linkType = frame.source().linkType();
        if (linkType != LinkType.ETHERNET) {
            throw new IOException("frames of link type " + LinkType.name(linkType) + "; a port takes Ethernet frames");
        }
    }

    /** The longest frames of captures are a byte longer than the ring can say; no slot holds half of them anyway. */
    private static byte[] sendable(byte[] frame) {
        return frame.length <= CopyRing.MAX_FRAME_BYTES ? frame : Arrays.copyOf(frame, CopyRing.MAX_FRAME_BYTES);
    }

    private void sleepUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0 && !stopping; left = due - System.nanoTime()) {
            publish();
            LockSupport.parkNanos(this, left);
        }
    }

    private void put(byte[] frame) {
        long nap = FIRST_NAP_NANOS;
        while (!writer.put(frame, 0)) {
            if (stopping) {
                return;
            }
            publish();
            LockSupport.parkNanos(this, nap);
            nap = Math.min(2 * nap, LONGEST_NAP_NANOS);
        }
        frames++;
        if (++unpublished == BATCH) {
            publish();
        }
    }

    private void publish() {
        Doorbell bell = doorbell;
        if (unpublished > 0 && bell != null) {
            unpublished = 0;
            writer.publish();
            bell.ring();
        }
    }

    /** Any thread; does not wait. */
    void stop() {
        stopping = true;
        thread.interrupt();
    }

    /** Ends the thread and closes the file. Idempotent. */
    void close() {
        stop();
        claim.close();
        if (thread.getState() == Thread.State.NEW) {
            try {
                first.close();
            } catch (IOException e) {
                // Nothing was written to it.
            }
            return;
        }
        Threads.join(thread, CLOSE_SECONDS);
    }
}
