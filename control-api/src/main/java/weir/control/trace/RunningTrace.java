// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import weir.control.capture.RunningJobs;
import weir.core.Switch;
import weir.core.capture.FilterException;
import weir.core.trace.Trace;
import weir.core.trace.TraceConsumer;
import weir.core.trace.TraceCounters;
import weir.core.trace.TraceSettings;
import weir.core.trace.TracedFrame;

/**
 * A trace of the daemon's from its beginning to its end, whoever ends it. Writes one JSON object a line (NDJSON): frames,
 * and the trace itself as the last one; the first one is empty.
 */
final class RunningTrace implements RunningJobs.Job {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final int id;
    private final Instant since = Instant.now();
    private final TraceRequest request;
    private final OutputStream out;
    private final Executor ends;
    private final Consumer<RunningTrace> whenEnded;
    private volatile @Nullable Trace trace;
    private volatile @Nullable String end;
    private volatile boolean isOver;

    /**
     * @param out closed when the trace ends
     * @param ends runs what may not run on the trace's own thread
     * @param whenEnded called once, if it ever began
     */
    RunningTrace(int id, TraceRequest request, OutputStream out, Executor ends, Consumer<RunningTrace> whenEnded) {
        this.id = id;
        this.request = request;
        this.out = out;
        this.ends = ends;
        this.whenEnded = whenEnded;
    }

    @Override
    public int id() {
        return id;
    }

    TraceRequest request() {
        return request;
    }

    /**
     * Synchronized, so that whoever ends it waits until it has begun.
     *
     * @throws IllegalStateException when the switch goes away, or has too many traces
     */
    synchronized void begin(Switch sw, TraceSettings settings) throws FilterException {
        boolean isBegun = false;
        try {
            trace = sw.trace(settings, new Lines());
            isBegun = true;
        } finally {
            isOver = !isBegun;
        }
    }

    private final class Lines implements TraceConsumer {
        private int frames;
        private boolean hasBegun;

        @Override
        public void frame(int number, TracedFrame frame) throws IOException {
            try {
                write(FrameJson.of(number, frame, request.detail()));
            } catch (IOException e) {
                end = end == null ? "cannot be written: " + e.getMessage() : end;
                throw e;
            }
            frames = number;
        }

        @Override
        public void flush() throws IOException {
            if (!hasBegun) {
                hasBegun = true;
                out.write('\n'); // so that a client hears at once that it has begun
            }
            out.flush();
        }

        @Override
        public void end(TraceCounters counters) throws IOException {
            if (end == null) {
                end = frames == request.frames() ? "all frames are there" : "the switch is gone";
            }
            try {
                write(Map.of("trace", report(counters).json()));
                out.flush();
            } finally {
                out.close();
                ends.execute(() -> {
                    if (!isOver) { // who ends it already may take long, and others wait for this thread
                        finish();
                    }
                });
            }
        }
    }

    private void write(Map<String, @Nullable Object> line) throws IOException {
        out.write((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Ends it, unless that is done; what was traced is written when this returns. Not on the trace's own thread. */
    @Override
    public void end(String why) {
        if (end == null) {
            end = why;
        }
        finish();
    }

    /** Synchronized, so that whoever finds it ending waits for that, too. */
    private synchronized void finish() {
        if (isOver) {
            return;
        }
        isOver = true;
        Trace running = trace;
        if (running != null) {
            running.close();
        }
        whenEnded.accept(this);
    }

    private TraceReport report(TraceCounters counters) {
        return new TraceReport(id, request, since, end, counters);
    }

    TraceReport report() {
        Trace running = trace;
        return report(running == null ? new TraceCounters(0, 0, 0, 0, 0, 0) : running.counters());
    }
}
