// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.FieldError;

/** Whatever goes wrong on the way of a request as a problem. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL = 500;

    /** What the router itself refuses. */
    private static final Map<Integer, Problem> OF_THE_ROUTER = Map.of(
            400,
            new Problem(400, "invalid", "the request makes no sense", "openapi.yaml describes every request"),
            404,
            new Problem(404, "not_found", "nothing is there", "paths begin with /v1; openapi.yaml lists them"),
            405,
            new Problem(405, "method_not_allowed", "not with this method", "the Allow field lists those that work"),
            408,
            new Problem(408, "timeout", "the request did not come to its end in time", "send it whole, and again"),
            413,
            new Problem(413, "too_large", "the body is too large", "1 MiB is the most, for an object file 16 MiB"),
            414,
            new Problem(414, "too_large", "the path is too long", "4,096 bytes are the most"),
            431,
            new Problem(431, "too_large", "the header is too large", "8,192 bytes are the most"));

    private Problems() {}

    /** Answers for failures of every route, and where there is no route. */
    static void mount(Router router) {
        OF_THE_ROUTER.keySet().forEach(status -> router.errorHandler(status, Problems::failed));
        router.errorHandler(INTERNAL, Problems::failed);
    }

    private static void failed(RoutingContext context) {
        Throwable failure = context.failure();
        Problem known = OF_THE_ROUTER.get(context.statusCode() < BAD_REQUEST ? 404 : context.statusCode());
        Answers.problem(context, known == null || isOurs(failure) ? of(context, failure) : known);
    }

    private static boolean isOurs(@Nullable Throwable failure) {
        return failure instanceof ControlException || failure instanceof JacksonException;
    }

    static Problem ofRouter(int status) {
        return OF_THE_ROUTER.getOrDefault(status, OF_THE_ROUTER.get(BAD_REQUEST));
    }

    /** What a failure is to the client; one that should not be is logged with its trace, which no client sees. */
    static Problem of(RoutingContext context, @Nullable Throwable failure) {
        if (failure instanceof ControlException refused) {
            return Problem.of(refused);
        }
        if (failure instanceof JacksonException e) {
            return ofJson(e);
        }
        LOG.error(
                "{} {}",
                context.request().method(),
                Audit.printable(context.request().path()),
                failure);
        return new Problem(INTERNAL, "internal", "the daemon failed", "this is a defect; the daemon's log has more");
    }

    private static Problem ofJson(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        String cause = e instanceof StreamConstraintsException
                ? "the body is nested too deep or has too long parts"
                : "the body is no JSON" + where;
        return new Problem(
                BAD_REQUEST,
                "invalid",
                cause,
                "objects may be nested " + Answers.MAX_DEPTH + " deep",
                List.of(new FieldError("", String.valueOf(e.getOriginalMessage()))),
                List.of());
    }
}
