// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException;

/** How routes answer: JSON, or a problem (RFC 9457). */
final class Answers {
    static final JsonMapper JSON = JsonMapper.builder().build();

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

    /** Runs work on a thread that may wait, then answers with its result. */
    static void blocking(RoutingContext context, int status, Work work) {
        Callable<@Nullable Object> callable = work::call;
        context.vertx()
                .executeBlocking(callable, false)
                .onSuccess(result -> send(context, status, result))
                .onFailure(failure -> fail(context, failure));
    }

    /**
     * The body as JSON.
     *
     * @throws ControlException when it is none
     */
    static JsonNode body(RoutingContext context) throws ControlException {
        return JsonBodies.read(context.body().buffer());
    }

    private static void send(RoutingContext context, int status, @Nullable Object result) {
        HttpServerResponse response = context.response();
        if (result == null) {
            response.setStatusCode(204).end();
            return;
        }
        Object body = result instanceof Reply reply ? reply.body() : result;
        response.setStatusCode(result instanceof Reply reply ? reply.status() : status)
                .putHeader("Content-Type", "application/json")
                .end(JSON.writeValueAsString(body));
    }

    /** Answers with the problem that a failure is. */
    static void fail(RoutingContext context, Throwable failure) {
        problem(context, Problems.of(context, failure));
    }

    /** Answers with a problem; nothing where the client is gone or has a part of an answer already. */
    static void problem(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed() || response.headWritten()) {
            return;
        }
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(problem.json());
    }
}
