// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException;

/** How routes answer: JSON, or a problem (RFC 9457). */
final class Answers {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String PROBLEM_TYPE = "application/problem+json";

    private Answers() {}

    /** What a route does, on a thread that may wait. */
    @FunctionalInterface
    interface Work {
        /** Returns what becomes JSON; null for an answer without body (204). */
        @Nullable
        Object call() throws Exception;
    }

    /** Runs work on a thread that may wait, then answers with its result. */
    static void blocking(RoutingContext context, int status, Work work) {
        Callable<@Nullable Object> callable = work::call;
        context.vertx()
                .executeBlocking(callable, false)
                .onSuccess(result -> send(context, status, result))
                .onFailure(failure -> fail(context, failure));
    }

    static JsonNode body(RoutingContext context) {
        Buffer buffer = context.body().buffer();
        return JSON.readTree(buffer == null ? new byte[0] : buffer.getBytes());
    }

    private static void send(RoutingContext context, int status, @Nullable Object result) {
        HttpServerResponse response = context.response();
        if (result == null) {
            response.setStatusCode(204).end();
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(JSON.writeValueAsString(result));
    }

    /** Answers with the problem that a failure is. */
    static void fail(RoutingContext context, Throwable failure) {
        Map<String, Object> problem = new LinkedHashMap<>();
        int status = 500;
        if (failure instanceof ControlException refused) {
            status = refused.code().status();
            problem.put("code", refused.code().label());
            problem.put("hint", refused.hint());
            problem.put("errors", refused.errors());
            problem.put("violations", refused.violations());
        } else {
            problem.put("code", "internal");
            problem.put("hint", "this is a defect; the daemon's log has more");
            problem.put("errors", List.of());
        }
        problem.put("title", String.valueOf(failure.getMessage()));
        problem.put("status", status);
        problem(context, status, problem);
    }

    /** Answers with a problem. */
    static void problem(RoutingContext context, int status, Map<String, ?> problem) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", PROBLEM_TYPE)
                .end(JSON.writeValueAsString(problem));
    }
}
