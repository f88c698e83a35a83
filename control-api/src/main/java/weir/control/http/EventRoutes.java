// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.control.events.EventClient;
import weir.control.events.EventFilter;
import weir.control.events.EventStream;
import weir.control.events.EventStreams;
import weir.control.events.EventType;
import weir.control.plane.ControlException;
import weir.control.text.Spelling;

/** {@code /v1/events}: server-sent events. */
final class EventRoutes implements Routes {
    private static final int QUEUE_BYTES = 32 << 10;
    private static final int RETRY_MILLIS = 1_000;

    private final EventStreams streams;

    EventRoutes(EventStreams streams) {
        this.streams = streams;
    }

    @Override
    public void mount(Router router) {
        router.get("/v1/events").handler(this::open);
    }

    private void open(RoutingContext context) {
        EventFilter filter;
        long afterId;
        try {
            Request request = new Request(context);
            filter = new EventFilter(types(request.query("types")), request.query("switch"));
            request.end();
            afterId = afterId(context.request().getHeader("Last-Event-ID"));
        } catch (ControlException e) {
            Answers.fail(context, e);
            return;
        }
        HttpServerResponse response = context.response();
        response.setChunked(true)
                .setWriteQueueMaxSize(QUEUE_BYTES)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store");
        response.write("retry: " + RETRY_MILLIS + "\n\n");
        EventStream stream = streams.open(filter, new Client(context.vertx().getOrCreateContext(), response), afterId);
        response.drainHandler(_ -> stream.resume());
        response.closeHandler(_ -> stream.close());
        response.exceptionHandler(_ -> stream.close());
    }

    private static Set<EventType> types(@Nullable String list) throws ControlException {
        if (list == null || list.isEmpty()) {
            return EnumSet.complementOf(EnumSet.of(EventType.STATS));
        }
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (String label : list.split(",", -1)) {
            types.add(EventType.of(label)
                    .orElseThrow(() -> ControlException.invalid(
                            "/types",
                            "no events of type '" + label + "'",
                            Spelling.didYouMean(label, EventType.labels()) + "types are "
                                    + String.join(", ", EventType.labels()))));
        }
        return types;
    }

    private long afterId(@Nullable String lastEventId) throws ControlException {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return streams.lastId();
        }
        try {
            return Long.parseLong(lastEventId);
        } catch (NumberFormatException e) {
            throw ControlException.invalid(
                    "/Last-Event-ID", "'" + lastEventId + "' is no event", "send the id of the last event that came");
        }
    }

    /** A response on its event loop. */
    private record Client(Context context, HttpServerResponse response) implements EventClient {
        @Override
        public boolean isFull() {
            return response.writeQueueFull();
        }

        @Override
        public void write(String text) {
            response.write(text);
        }

        @Override
        public void execute(Runnable task) {
            context.runOnContext(_ -> task.run());
        }
    }
}
