// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlPlane.ChangeOptions;

/** How routes answer: JSON, or a problem (RFC 9457). */
final class Answers {
    /** Levels of objects and lists in a body. */
    static final int MAX_DEPTH = 32;

    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();

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

    /** The options of a change that a request asks for: {@code dryRun=1}, {@code keepMaps=1} and {@code If-Match}. */
    static ChangeOptions changeOptions(RoutingContext context) {
        return new ChangeOptions(
                "1".equals(context.request().getParam("dryRun")),
                "1".equals(context.request().getParam("keepMaps")),
                Preconditions.expected(context.request()));
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
