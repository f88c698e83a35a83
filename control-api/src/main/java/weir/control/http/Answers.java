// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException;
import weir.control.topology.DefinitionErrors;

/** How routes answer: JSON, or a problem (RFC 9457). */
final class Answers {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String PROBLEM_TYPE = "application/problem+json";
    private static final int INTERNAL = 500;

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

    private static void fail(RoutingContext context, Throwable failure) {
        switch (failure) {
            case ControlException refused ->
                problem(
                        context,
                        refused.code().status(),
                        refused.code().label(),
                        String.valueOf(refused.getMessage()),
                        refused.hint(),
                        refused);
            case DefinitionErrors wrong -> fail(context, ControlException.of(wrong));
            default -> {
                LOG.error(
                        "{} {} failed",
                        context.request().method(),
                        context.request().path(),
                        failure);
                problem(
                        context,
                        INTERNAL,
                        "internal",
                        "the daemon failed: " + failure,
                        "this is a defect; the daemon's log has more");
            }
        }
    }

    /**
     * Answers with a problem.
     *
     * @param code stable, in {@code openapi.yaml}
     * @param title one line of cause
     * @param hint what to do instead; may be empty
     */
    static void problem(RoutingContext context, int status, String code, String title, String hint) {
        problem(context, status, code, title, hint, null);
    }

    private static void problem(
            RoutingContext context,
            int status,
            String code,
            String title,
            String hint,
            @Nullable ControlException refused) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "urn:weir:problem:" + code);
        problem.put("title", title);
        problem.put("status", status);
        problem.put("code", code);
        problem.put("hint", hint);
        problem.put(
                "errors",
                refused == null
                        ? List.of()
                        : refused.errors().stream()
                                .map(error -> Map.of("pointer", error.pointer(), "detail", error.detail()))
                                .toList());
        problem.put("violations", refused == null ? List.of() : refused.violations());
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", PROBLEM_TYPE)
                .end(JSON.writeValueAsString(problem));
    }
}
