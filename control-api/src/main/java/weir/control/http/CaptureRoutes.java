// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.capture.CaptureRequest;
import weir.control.capture.CaptureService;
import weir.control.plane.ControlException;
import weir.control.topology.DefinitionErrors;

/** {@code /v1/captures}: pcapng as a stream or into a file of the daemon's. */
final class CaptureRoutes implements Routes {
    private static final String PCAPNG = "application/x-pcapng";
    private static final int CREATED = 201;

    /**
     * A block of names without a name, which readers pass over:
     *
     * <pre>
     *  type 4 | length 16 | end of records | length 16
     * </pre>
     */
    private static final byte[] NO_NAMES = {4, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0};

    private final CaptureService captures;
    private final StreamedAnswer answer;

    CaptureRoutes(CaptureService captures) {
        this.captures = captures;
        answer = new StreamedAnswer(PCAPNG, NO_NAMES, id -> captures.endIfRunning(id, "the client is gone"));
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/captures", this::list)
                .streamOnJson(POST, "/v1/captures", this::begin)
                .on(
                        GET,
                        "/v1/captures/:id",
                        request -> captures.show(id(request)).json())
                .on(
                        DELETE,
                        "/v1/captures/:id",
                        request -> captures.end(id(request)).json());
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> all = new LinkedHashMap<>();
        captures.list().forEach((id, report) -> all.put(String.valueOf(id), report.json()));
        return Map.of("captures", all);
    }

    private static int id(Request request) throws ControlException {
        request.end();
        return request.id("capture");
    }

    private void begin(RoutingContext context) {
        CaptureRequest request;
        try {
            request = CaptureRequest.read(Answers.body(context));
        } catch (ControlException | DefinitionErrors e) {
            Answers.fail(context, e);
            return;
        }
        Audit.of(context).concerns("switch", request.switchName());
        CaptureRequest.File file = request.file();
        if (file != null) {
            Audit.of(context).concerns("file", file.name());
            Answers.blocking(
                    context, CREATED, () -> captures.toFile(request, file).json());
        } else {
            answer.begin(
                    context,
                    (out, whenEnded) ->
                            captures.toStream(request, out, whenEnded).id());
        }
    }
}
