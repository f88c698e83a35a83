// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException;

/** How routes answer: JSON, or a problem (RFC 9457). */
final class Answers {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int NO_CONTENT = 204;

    private Answers() {}

    /** What a route does, on a thread that may wait. */
    @FunctionalInterface
    interface Work {
        /** Returns what becomes JSON, or a {@link Reply}; null for an answer without body (204). */
        @Nullable
        Object call() throws Exception;
    }

    /** An answer with a status of its own. */
    record Reply(int status, Object body) {}

    /** An answer as it goes out. */
    private record Ready(int status, String type, String body) {
        static Ready of(Problem problem) {
            return new Ready(problem.status(), Problem.MEDIA_TYPE, problem.json());
        }

        static Ready of(int status, @Nullable Object result) {
            if (result == null) {
                return new Ready(NO_CONTENT, "", "");
            }
            return result instanceof Reply reply
                    ? of(reply.status(), reply.body())
                    : new Ready(status, Endpoints.JSON, JSON.writeValueAsString(result));
        }
    }

    /** Runs work on a thread that may wait, then answers with its result. */
    static void blocking(RoutingContext context, int status, Work work) {
        context.vertx()
                .executeBlocking(() -> outcome(context, status, work), false)
                .onSuccess(ready -> send(context, ready))
                .onFailure(failure -> fail(context, failure));
    }

    private static Ready outcome(RoutingContext context, int status, Work work) {
        Ready ready;
        try {
            ready = Ready.of(status, work.call());
        } catch (Exception e) {
            ready = Ready.of(Problems.of(context, e));
        }
        Audit.of(context).end(ready.status());
        return ready;
    }

    /**
     * The body as JSON.
     *
     * @throws ControlException when it is none
     */
    static JsonNode body(RoutingContext context) throws ControlException {
        return JsonBodies.read(context.body().buffer());
    }

    /** Answers with the problem that a failure is. */
    static void fail(RoutingContext context, Throwable failure) {
        problem(context, Problems.of(context, failure));
    }

    /** Answers with a problem; nothing where the client is gone or has a part of an answer already. */
    static void problem(RoutingContext context, Problem problem) {
        Audit.of(context).endSoon(context.vertx(), problem.status());
        send(context, Ready.of(problem));
    }

    private static void send(RoutingContext context, Ready ready) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        response.setStatusCode(ready.status());
        if (ready.type().isEmpty()) {
            response.end();
        } else {
            response.putHeader("Content-Type", ready.type()).end(ready.body());
        }
    }
}
