// SPDX-License-Identifier: Apache-2.0
package weir.ports.capture;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.VarHandle;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import weir.core.frame.CopyRing;
import weir.ports.PortSpec;
import weir.ports.pcap.CaptureFrame;
import weir.ports.pcap.CaptureInterface;
import weir.ports.pcap.CaptureWriter;
import weir.ports.pcap.LinkType;

/**
 * Writes frames to a file, in a thread of its own. The worker puts copies into {@link #ring}; this thread alone touches
 * the file, and flushes it whenever it has caught up, so that somebody may read along.
 */
final class Recording {
    private static final int RING_BYTES = 4 << 20;
    private static final int RING_FRAMES = 8192;
    private static final int FILE_BUFFER_BYTES = 1 << 16;
    private static final int BATCH = 64;
    private static final long NAP_NANOS = 1_000_000_000;
    private static final int CLOSE_SECONDS = 10;

    private final Path file;
    private final CaptureWriter writer;
    private final FileClaims.Claim claim;
    private final CaptureInterface source = CaptureInterface.ethernet(0, "weir");
    private final CopyRing ring = new CopyRing(RING_BYTES, RING_FRAMES);
    private final CopyRing.Reader reader = ring.reader();
    private final AtomicLong lost = new AtomicLong();
    private final long epochNanos;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean failed;
    private volatile Consumer<String> onFailure = cause -> {};

    private Recording(Path file, CaptureWriter writer, FileClaims.Claim claim) {
        this.file = file;
        this.writer = writer;
        this.claim = claim;
        thread = Thread.ofPlatform().name("weir-record").daemon(true).unstarted(this::run);
        Instant now = Instant.now();
        epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
    }

    /**
     * Creates or empties the file and writes its header.
     *
     * @param port spec, for others who want that file
     */
    static Recording open(Path file, String port) throws IOException {
        FileClaims.Output output = FileClaims.openToWrite(file, port);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(output.channel()), FILE_BUFFER_BYTES);
        try {
            CaptureWriter writer = file.toString().endsWith(".pcapng")
                    ? CaptureWriter.pcapng(out)
                    : CaptureWriter.pcap(out, LinkType.ETHERNET);
            writer.flush();
            return new Recording(file, writer, output.claim());
        } catch (IOException e) {
            output.channel().close();
            output.claim().close();
            throw e;
        }
    }

    /** @param whenItFails told once, by the thread, when the file can no longer be written */
    void start(Consumer<String> whenItFails) {
        onFailure = whenItFails;
        thread.start();
    }

    /** The worker's end. */
    CopyRing.Writer ring() {
        return ring.writer();
    }

    /** Nanoseconds since 1970, by a clock that does not jump. */
    long now() {
        return epochNanos + System.nanoTime();
    }

    boolean hasFailed() {
        return failed;
    }

    /** Frames that were accepted and then could not be written. */
    long lost() {
        return lost.get();
    }

    /** The worker: after a full fence behind what it published. */
    void wakeIfWaiting() {
        if (ring.writer().readerWaits()) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (true) {
            boolean last = stopping;
            int n = writeSome();
            if (n == 0 && last) {
                break;
            }
            if (n == 0) {
                flush();
                sleep();
            }
        }
        end();
    }

    private void end() {
        try {
            writer.close();
        } catch (IOException e) {
            fail(e);
        } finally {
            claim.close();
        }
    }

    private int writeSome() {
        int n = Math.min(BATCH, reader.available(BATCH));
        int written = 0;
        try {
            while (written < n && !failed) {
                writer.write(CaptureFrame.of(source, reader.nanos(written), reader.bytes(written)));
                written++;
            }
        } catch (IOException e) {
            fail(e);
        }
        if (n > 0) {
            reader.advance(n);
            lost.addAndGet(n - written);
        }
        return n;
    }

    private void flush() {
        if (!failed) {
            try {
                writer.flush();
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    /** What stands in the file's buffer is lost, too, but nobody knows how many frames that is. */
    private void fail(IOException e) {
        if (!failed) {
            failed = true;
            onFailure.accept("cannot write " + PortSpec.quote(file.toString()) + ": " + CapturePort.causeOf(e));
        }
    }

    private void sleep() {
        reader.setWaiting(true);
        VarHandle.fullFence();
        if (reader.available(1) == 0 && !stopping) {
            LockSupport.parkNanos(this, NAP_NANOS);
        }
        reader.setWaiting(false);
    }

    /** Writes what is in the ring and closes the file; waits for that, but not for ever. Idempotent. */
    void close() {
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            end();
            return;
        }
        LockSupport.unpark(thread);
        Threads.join(thread, CLOSE_SECONDS);
    }
}
