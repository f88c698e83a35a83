// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections of all sockets together: so many at a time, and each must send a whole request within a time, counted from its
 * start or the answer before; a byte now and then does not help. While a request is worked on, and while its answer is a
 * stream, there is no such limit. Any event loop.
 */
final class Connections {
    private static final int TIMEOUT = 408;
    private static final long SWEEP_MILLIS = 500;

    private final Map<HttpConnection, Connection> open = new ConcurrentHashMap<>();
    private final int most;
    private final Duration patience;

    Connections(int most, Duration patience) {
        this.most = most;
        this.patience = patience;
    }

    /** Where a connection stands. */
    private static final class Connection {
        private volatile long idleSinceNanos = System.nanoTime();
        private volatile boolean isWorkedFor;
        private volatile @Nullable RoutingContext begun;
    }

    /** Closes those that take too long, from now on. */
    void watch(Vertx vertx) {
        vertx.setPeriodic(Math.min(SWEEP_MILLIS, patience.toMillis()), _ -> sweep());
    }

    /** A client has come; one at a time, so that no two of different sockets take the last place. */
    synchronized void opened(HttpConnection connection) {
        Connection made = new Connection();
        if (open.size() >= most) {
            refuse(connection);
            return;
        }
        open.put(connection, made);
        connection.closeHandler(_ -> open.remove(connection));
    }

    int count() {
        return open.size();
    }

    /** A request's header is there. */
    void begun(RoutingContext context) {
        Connection connection = open.get(context.request().connection());
        if (connection != null) {
            connection.begun = context;
            context.addEndHandler(_ -> {
                connection.begun = null;
                connection.idleSinceNanos = System.nanoTime();
                connection.isWorkedFor = false;
            });
        }
    }

    /** A request is there with all that belongs to it. */
    void complete(RoutingContext context) {
        Connection connection = open.get(context.request().connection());
        if (connection != null) {
            connection.isWorkedFor = true;
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        open.forEach((connection, state) -> {
            if (!state.isWorkedFor && now - state.idleSinceNanos > patience.toNanos()) {
                ((ConnectionBase) connection).channel().eventLoop().execute(() -> expire(connection, state));
            }
        });
    }

    private static void expire(HttpConnection connection, Connection state) {
        RoutingContext context = state.begun;
        if (context != null && !state.isWorkedFor && !context.response().headWritten()) {
            context.response().putHeader("Connection", "close");
            Answers.problem(context, Problems.ofRouter(TIMEOUT));
        }
        connection.close();
    }

    /** Tells a client why, past HTTP: its request is not waited for. With TLS nothing can be said this early. */
    private static void refuse(HttpConnection connection) {
        Channel channel = ((ConnectionBase) connection).channel();
        if (connection.isSsl()) {
            connection.close();
            return;
        }
        String body = new Problem(
                        503,
                        "too_many",
                        "too many connections",
                        "close some, or try again later; clients should use one connection for many requests")
                .json();
        String answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + Problem.MEDIA_TYPE
                + "\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
        channel.pipeline()
                .firstContext()
                .writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.UTF_8))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
