// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.plane.ControlException;
import weir.control.topology.DefinitionErrors;
import weir.control.trace.TraceReport;
import weir.control.trace.TraceRequest;
import weir.control.trace.TraceService;

/** {@code /v1/traces}: what happens to frames, one JSON object a line. */
final class TraceRoutes implements Routes {
    private static final String NDJSON = "application/x-ndjson";
    private static final int OK = 200;
    private static final long BEAT_MILLIS = 10_000;

    /** An empty line, which readers of NDJSON pass over. */
    private static final byte[] NOTHING = {'\n'};

    private final TraceService traces;

    TraceRoutes(TraceService traces) {
        this.traces = traces;
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/traces", this::list)
                .streamOnJson(POST, "/v1/traces", this::begin)
                .on(DELETE, "/v1/traces/:id", this::end);
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> all = new LinkedHashMap<>();
        traces.list().forEach((id, report) -> all.put(String.valueOf(id), report.json()));
        return Map.of("traces", all);
    }

    private Object end(Request request) throws ControlException {
        request.end();
        String text = request.path("id");
        try {
            return traces.end(Integer.parseInt(text)).json();
        } catch (NumberFormatException e) {
            throw ControlException.notFound("no trace '" + text + "'", "traces are numbered");
        }
    }

    private void begin(RoutingContext context) {
        TraceRequest request;
        try {
            request = TraceRequest.read(Answers.body(context));
        } catch (ControlException | DefinitionErrors e) {
            Answers.fail(context, e);
            return;
        }
        Audit.of(context).concerns("switch", request.switchName());
        HttpServerResponse response = context.response();
        ResponseStream out = new ResponseStream(context.vertx().getOrCreateContext(), response);
        response.closeHandler(_ -> out.abandon());
        response.exceptionHandler(_ -> out.abandon());
        out.begin(NDJSON);
        long beats = context.vertx().setPeriodic(BEAT_MILLIS, _ -> out.beat(NOTHING));
        Runnable whenEnded = () -> context.vertx().cancelTimer(beats);
        context.vertx()
                .executeBlocking(
                        () -> {
                            TraceReport report = traces.begin(request, out, whenEnded);
                            Audit.of(context).end(OK);
                            return report;
                        },
                        false)
                .onSuccess(report -> whenGone(context, out, report))
                .onFailure(failure -> {
                    whenEnded.run();
                    out.refuse();
                    Answers.fail(context, failure);
                });
    }

    /** A client that goes ends its trace, even when there is no frame that could not be told. */
    private void whenGone(RoutingContext context, ResponseStream out, TraceReport report) {
        out.whenAbandoned(() -> context.vertx()
                .executeBlocking(
                        () -> {
                            traces.endIfRunning(report.id(), "the client is gone");
                            return true;
                        },
                        false));
    }
}
