// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.util.List;
import weir.control.capture.CaptureService;
import weir.control.cli.WeirVersion;
import weir.control.events.EventStreams;
import weir.control.metrics.Metrics;
import weir.control.plane.ControlPlane;
import weir.control.plane.Readiness;
import weir.control.trace.TraceService;

/** All endpoints for those who watch: metrics, health, events, runtime, captures, traces. */
public final class ObservationRoutes implements Routes, AutoCloseable {
    private final CaptureService captures;
    private final TraceService traces;
    private final EventStreams events;
    private final Metrics metrics;
    private final List<Routes> all;

    /** @param captureFolder where captures into files go; made when the first is written */
    public ObservationRoutes(ControlPlane plane, Readiness readiness, Path captureFolder) {
        captures = new CaptureService(plane, captureFolder);
        traces = new TraceService(plane);
        events = new EventStreams(plane);
        metrics = new Metrics(
                new Metrics.Build(WeirVersion.number(), WeirVersion.commit()),
                plane::switches,
                captures::totals,
                events);
        all = List.of(
                new MetricsRoutes(metrics),
                new HealthRoutes(readiness),
                new EventRoutes(events),
                new RuntimeRoutes(plane),
                new CaptureRoutes(captures),
                new TraceRoutes(traces));
    }

    @Override
    public void mount(Router router) {
        all.forEach(routes -> routes.mount(router));
    }

    @Override
    public void close() {
        captures.close();
        traces.close();
        events.close();
        metrics.close();
    }
}
