// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weir.control.capture.RequestedFilter;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.core.Switch;
import weir.core.capture.FilterException;
import weir.core.trace.TraceSettings;

/**
 * Traces that run for clients. They end by themselves, with their client, with their switch, or when somebody says so. Any
 * thread that may wait.
 */
public final class TraceService implements AutoCloseable {
    /** Traces at a time, of all switches: each has a thread, and frames that wait for its client. */
    public static final int MAX_RUNNING = 16;

    private final ControlPlane plane;
    private final Map<Integer, RunningTrace> running = new LinkedHashMap<>();
    private final ScheduledExecutorService ends = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon(true).name("weir-traces").factory());
    private int begun;

    public TraceService(ControlPlane plane) {
        this.plane = plane;
    }

    /**
     * Begins a trace into a stream, which is closed when the trace ends.
     *
     * @param out written by one thread of the trace's; what it throws ends the trace
     * @param whenEnded called once when the trace has ended
     * @throws ControlException when there is no such switch or port, the filter cannot be used, or too many traces run
     */
    public TraceReport begin(TraceRequest request, OutputStream out, Runnable whenEnded) throws ControlException {
        Switch sw = plane.require(request.switchName());
        if (!request.port().isEmpty()) {
            plane.requirePort(request.switchName(), request.port());
        }
        TraceSettings settings = request.settings();
        RequestedFilter filter = request.filter();
        if (filter != null) {
            settings = settings.withFilter(filter.blueprint(plane.objects()));
        }
        RunningTrace trace = admit(request, out, whenEnded);
        boolean isBegun = false;
        try {
            trace.begin(sw, settings);
            isBegun = true;
        } catch (FilterException e) {
            throw RequestedFilter.refused(e);
        } catch (IllegalStateException e) {
            throw ControlException.conflict(String.valueOf(e.getMessage()), "end one; GET /v1/traces lists them");
        } finally {
            if (!isBegun) {
                forget(trace);
            }
        }
        if (request.seconds() > 0) {
            ScheduledFuture<?> _ = ends.schedule(() -> trace.end("time is over"), request.seconds(), TimeUnit.SECONDS);
        }
        return trace.report();
    }

    private synchronized RunningTrace admit(TraceRequest request, OutputStream out, Runnable whenEnded)
            throws ControlException {
        if (running.size() >= MAX_RUNNING) {
            throw ControlException.conflict(
                    MAX_RUNNING + " traces run, which is the limit", "end one; GET /v1/traces lists them");
        }
        RunningTrace trace = new RunningTrace(++begun, request, out, ends, ended -> {
            forget(ended);
            whenEnded.run();
        });
        running.put(trace.id(), trace);
        return trace;
    }

    private synchronized void forget(RunningTrace trace) {
        running.remove(trace.id());
    }

    /** Those that run, by id, oldest first. */
    public synchronized Map<Integer, TraceReport> list() {
        Map<Integer, TraceReport> all = new LinkedHashMap<>();
        running.forEach((id, trace) -> all.put(id, trace.report()));
        return all;
    }

    /**
     * Ends a trace; everything that it told is written when this returns.
     *
     * @throws ControlException when none of that id runs
     */
    public TraceReport end(int id) throws ControlException {
        RunningTrace trace = running(id);
        if (trace == null) {
            throw ControlException.notFound("no trace " + id + " runs", "GET /v1/traces lists those that do");
        }
        trace.end("ended");
        return trace.report();
    }

    /** Ends a trace for another reason than that somebody asked for it, unless it has ended. */
    public void endIfRunning(int id, String why) {
        RunningTrace trace = running(id);
        if (trace != null) {
            trace.end(why);
        }
    }

    private synchronized @Nullable RunningTrace running(int id) {
        return running.get(id);
    }

    /** Ends all of them. */
    @Override
    public void close() {
        List<RunningTrace> all;
        synchronized (this) {
            all = new ArrayList<>(running.values());
        }
        all.forEach(trace -> trace.end("the daemon ended"));
        ends.shutdownNow();
    }
}
