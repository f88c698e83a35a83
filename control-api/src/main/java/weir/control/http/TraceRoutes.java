// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.plane.ControlException;
import weir.control.topology.DefinitionErrors;
import weir.control.trace.TraceRequest;
import weir.control.trace.TraceService;

/** {@code /v1/traces}: what happens to frames, one JSON object a line. */
final class TraceRoutes implements Routes {
    private static final String NDJSON = "application/x-ndjson";

    /** An empty line, which readers of NDJSON pass over. */
    private static final byte[] NOTHING = {'\n'};

    private final TraceService traces;
    private final StreamedAnswer answer;

    TraceRoutes(TraceService traces) {
        this.traces = traces;
        answer = new StreamedAnswer(NDJSON, NOTHING, id -> traces.endIfRunning(id, "the client is gone"));
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
        return traces.end(request.id("trace")).json();
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
        answer.begin(
                context,
                (out, whenEnded) -> traces.begin(request, out, whenEnded).id());
    }
}
