// SPDX-License-Identifier: Apache-2.0

package weir.control.capture;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.core.Switch;
import weir.core.capture.Capture;
import weir.core.capture.CaptureConsumer;
import weir.core.capture.CaptureCounters;
import weir.core.capture.CaptureSettings;
import weir.core.capture.CapturedFrame;
import weir.core.capture.FilterException;
import weir.ports.pcap.CaptureSink;

/** A capture of the daemon's from its beginning to its end, whoever ends it. */
final class RunningCapture implements RunningJobs.Job {
    private final int id;
    private final Instant since = Instant.now();
    private final CaptureRequest request;
    private final @Nullable String file;
    private final Executor ends;
    private final Consumer<RunningCapture> whenEnded;
    private volatile @Nullable Capture capture;
    private volatile @Nullable String end;
    private volatile boolean isOver;

    /**
     * @param ends runs what may not run on the capture's own thread
     * @param whenEnded called once, if it ever began
     */
    RunningCapture(
            int id, CaptureRequest request, @Nullable String file, Executor ends, Consumer<RunningCapture> whenEnded) {
        this.id = id;
        this.request = request;
        this.file = file;
        this.ends = ends;
        this.whenEnded = whenEnded;
    }

    @Override
    public int id() {
        return id;
    }

    CaptureRequest request() {
        return request;
    }

    /** Thrown to the capture by its consumer, which has all that was asked for. */
    private static final class Enough extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Synchronized, so that whoever ends it waits until it has begun. */
    synchronized void begin(Switch sw, CaptureSettings settings, CaptureSink sink) throws FilterException, IOException {
        boolean isBegun = false;
        try {
            capture = sw.capture(settings, new Limited(sink));
            isBegun = true;
        } catch (IllegalStateException e) {
            throw new IOException("switch " + request.switchName() + " is going away", e);
        } finally {
            if (!isBegun) {
                isOver = true;
                sink.end(List.of());
            }
        }
    }

    /** Passes frames on until there are enough, and sees to it that a capture whose consumer has ended is ended, too. */
    private final class Limited implements CaptureConsumer {
        private final CaptureSink sink;
        private int frames;

        Limited(CaptureSink sink) {
            this.sink = sink;
        }

        @Override
        public void frame(CapturedFrame frame) throws IOException {
            if (request.frames() > 0 && frames == request.frames()) {
                throw new Enough();
            }
            try {
                sink.frame(frame);
            } catch (IOException | RuntimeException e) {
                endLater("cannot be written: " + e.getMessage());
                throw e;
            }
            if (++frames == request.frames()) {
                endLater("all frames are there");
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                sink.flush();
            } catch (IOException | RuntimeException e) {
                endLater("cannot be written: " + e.getMessage());
                throw e;
            }
        }

        @Override
        public void end(List<CaptureCounters> ports) throws IOException {
            try {
                sink.end(ports);
            } finally {
                endLater("the switch is gone");
            }
        }
    }

    private void endLater(String why) {
        if (end == null) {
            ends.execute(() -> {
                if (!isOver) { // who ends it already may take long, and others wait for this thread
                    end(why);
                }
            });
        }
    }

    /**
     * Ends it, unless that is done; all that it took is written when this returns. Not on the capture's own thread.
     * Synchronized, so that whoever finds it ending waits for that, too.
     */
    @Override
    public synchronized void end(String why) {
        if (isOver) {
            return;
        }
        isOver = true;
        Capture running = capture;
        if (running != null) {
            running.close();
        }
        end = why;
        whenEnded.accept(this);
    }

    CaptureCounters counters() {
        Capture running = capture;
        return running == null ? CaptureCounters.NONE : running.total();
    }

    CaptureReport report() {
        return new CaptureReport(id, request, file, since, end, counters());
    }
}
