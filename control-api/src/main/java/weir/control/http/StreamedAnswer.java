// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.function.IntConsumer;

/**
 * An answer that somebody goes on writing: a capture, a trace. It has a beat, so that a client which has gone is noticed
 * when there is nothing to send, and an audit line as soon as it has begun.
 */
final class StreamedAnswer {
    private static final int OK = 200;
    private static final long BEAT_MILLIS = 10_000;

    private final String mediaType;
    private final byte[] beat;
    private final IntConsumer endIfRunning;

    /**
     * For answers of one kind.
     *
     * @param beat what readers pass over
     * @param endIfRunning ends what writes, by its number; on a thread that may block
     */
    StreamedAnswer(String mediaType, byte[] beat, IntConsumer endIfRunning) {
        this.mediaType = mediaType;
        this.beat = beat.clone();
        this.endIfRunning = endIfRunning;
    }

    /** Begins to write. */
    @FunctionalInterface
    interface Start {
        /**
         * On a thread that may block.
         *
         * @param whenEnded to be run when nothing more comes
         * @return the number of what writes from now on
         */
        int begin(ResponseStream out, Runnable whenEnded) throws Exception;
    }

    /** Answers a request; what the start throws is told as a problem. On the event loop. */
    void begin(RoutingContext context, Start start) {
        HttpServerResponse response = context.response();
        ResponseStream out = new ResponseStream(context.vertx().getOrCreateContext(), response);
        response.closeHandler(_ -> out.abandon());
        response.exceptionHandler(_ -> out.abandon());
        out.begin(mediaType);
        long beats = context.vertx().setPeriodic(BEAT_MILLIS, _ -> out.beat(beat));
        Runnable whenEnded = () -> context.vertx().cancelTimer(beats);
        context.vertx()
                .executeBlocking(
                        () -> {
                            int id = start.begin(out, whenEnded);
                            Audit.of(context).end(OK);
                            return id;
                        },
                        false)
                .onSuccess(id -> whenGone(context, out, id))
                .onFailure(failure -> {
                    whenEnded.run();
                    out.refuse();
                    Answers.fail(context, failure);
                });
    }

    /** A client that goes ends what writes, even when there is no frame that could not be sent. */
    private void whenGone(RoutingContext context, ResponseStream out, int id) {
        out.whenAbandoned(() -> context.vertx()
                .executeBlocking(
                        () -> {
                            endIfRunning.accept(id);
                            return true;
                        },
                        false));
    }
}
