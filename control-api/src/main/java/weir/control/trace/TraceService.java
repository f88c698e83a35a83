// SPDX-License-Identifier: Apache-2.0

package weir.control.trace;

import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.capture.RequestedFilter;
import weir.control.capture.RunningJobs;
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
    private final RunningJobs<RunningTrace> running = new RunningJobs<>("traces", MAX_RUNNING);

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
        Switch sw = plane.require(request.switchName(), request.port());
        TraceSettings settings = request.settings();
        RequestedFilter filter = request.filter();
        if (filter != null) {
            settings = settings.withFilter(filter.blueprint(plane.objects()));
        }
        RunningTrace trace = running.admit(id -> new RunningTrace(id, request, out, running.ends(), ended -> {
            running.remove(ended);
            whenEnded.run();
        }));
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
                running.remove(trace);
            }
        }
        running.endAfter(trace, request.seconds());
        return trace.report();
    }

    /** Those that run, by id, oldest first. */
    public Map<Integer, TraceReport> list() {
        Map<Integer, TraceReport> all = new LinkedHashMap<>();
        running.all().forEach(trace -> all.put(trace.id(), trace.report()));
        return all;
    }

    /**
     * Ends a trace; everything that it told is written when this returns.
     *
     * @throws ControlException when none of that id runs
     */
    public TraceReport end(int id) throws ControlException {
        RunningTrace trace = running.find(id);
        if (trace == null) {
            throw ControlException.notFound("no trace " + id + " runs", "GET /v1/traces lists those that do");
        }
        trace.end("ended");
        return trace.report();
    }

    /** Ends a trace for another reason than that somebody asked for it, unless it has ended. */
    public void endIfRunning(int id, String why) {
        running.endIfRunning(id, why);
    }

    /** Ends all of them. */
    @Override
    public void close() {
        running.close();
    }
}
