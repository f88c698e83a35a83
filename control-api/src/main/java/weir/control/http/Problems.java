// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.plane.ControlException;
import weir.control.topology.DefinitionErrors;

/** Whatever goes wrong on the way of a request as a problem. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final int BAD_REQUEST = 400;
    private static final int INTERNAL = 500;

    private static final Problem NO_SENSE =
            new Problem(BAD_REQUEST, "invalid", "the request makes no sense", "openapi.yaml describes every request");

    /** What the router itself refuses. */
    private static final Map<Integer, Problem> OF_THE_ROUTER = Map.of(
            BAD_REQUEST,
            NO_SENSE,
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
        Problem known = OF_THE_ROUTER.get(context.statusCode());
        Answers.problem(context, known == null ? of(context, context.failure()) : known);
    }

    static Problem ofRouter(int status) {
        Problem known = OF_THE_ROUTER.get(status);
        return known == null ? NO_SENSE : known;
    }

    /** What a failure is to the client; one that should not be is logged with its trace, which no client sees. */
    static Problem of(RoutingContext context, @Nullable Throwable failure) {
        if (failure instanceof ControlException refused) {
            return Problem.of(refused);
        }
        if (failure instanceof DefinitionErrors wrong) {
            return Problem.of(ControlException.of(wrong));
        }
        LOG.error(
                "{} {}",
                context.request().method(),
                Audit.printable(context.request().path()),
                failure);
        return new Problem(INTERNAL, "internal", "the daemon failed", "this is a defect; the daemon's log has more");
    }
}
