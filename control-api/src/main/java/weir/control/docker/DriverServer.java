// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.http.ApiServer;
import weir.control.http.PlainHttp;
import weir.control.plane.ControlPlane;
import weir.ports.BoundSocket;
import weir.ports.linux.LinuxException;
import weir.ports.linux.UnixSocket;

/**
 * The network driver's socket, which Docker finds by its place: {@code docker network create -d weir} looks for {@code
 * /run/docker/plugins/weir.sock}. For root alone: who may write to it owns the network of all containers.
 */
public final class DriverServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriverServer.class);
    private static final String TYPE = "application/vnd.docker.plugins.v1.2+json";
    private static final String STATE_FILE = "docker.json";
    private static final String OWNER_ONLY = "rw-------";
    private static final long MAX_BODY_BYTES = 1 << 20;
    private static final int IDLE_SECONDS = 60;
    private static final int WORKERS = 4;
    private static final long FORGET_EVERY_MILLIS = 5_000;
    private static final int NOT_FOUND = 404;
    private static final int INTERNAL = 500;

    private final Vertx vertx;
    private final HttpServer server;
    private final Path socket;

    private DriverServer(Vertx vertx, HttpServer server, Path socket) {
        this.vertx = vertx;
        this.server = server;
        this.socket = socket;
    }

    /**
     * Takes up what an earlier process served, then listens. Blocks until it does.
     *
     * @param socket where; the folder is made, a socket that nobody serves any more is replaced
     * @param state folder for the driver's own state
     * @throws IOException when the state cannot be used, or the socket is served by somebody else
     */
    public static DriverServer listen(ControlPlane plane, Path socket, Path state) throws IOException {
        NetworkDriver driver = new NetworkDriver(plane, new DriverStore(state.resolve(STATE_FILE)));
        removeStale(socket);
        try {
            driver.restore();
        } catch (DriverException e) {
            throw new IOException("cannot take up Docker's networks: " + e.getMessage(), e);
        }
        Vertx vertx =
                Vertx.vertx(ApiServer.vertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(WORKERS));
        try {
            HttpServer server = listen(vertx, new DriverProtocol(driver), socket);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(OWNER_ONLY));
            vertx.setPeriodic(FORGET_EVERY_MILLIS, timer -> forgetEnded(vertx, driver));
            return new DriverServer(vertx, server, socket);
        } catch (IOException | RuntimeException e) {
            vertx.close().await();
            throw e;
        }
    }

    /**
     * Objects that networks name, whether or not a container has a port there.
     *
     * @param state folder for the driver's own state
     * @throws IOException when it cannot be read
     */
    public static Set<String> objects(Path state) throws IOException {
        return new DriverStore(state.resolve(STATE_FILE)).load().objects();
    }

    private static void forgetEnded(Vertx vertx, NetworkDriver driver) {
        Callable<Boolean> work = () -> {
            driver.forgetEnded();
            return true;
        };
        vertx.executeBlocking(work)
                .onFailure(e -> LOG.warn("cannot tell which containers have ended: {}", e.toString()));
    }

    private static void removeStale(Path socket) throws IOException {
        Files.createDirectories(socket.toAbsolutePath().getParent());
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            BoundSocket.removeLeftover(socket, UnixSocket::stream);
        } catch (BoundSocket.Occupied e) {
            throw new IOException(
                    socket + (e.isSocket() ? " is served by another process" : " is there and is no socket"), e);
        } catch (LinuxException e) {
            throw new IOException("cannot tell who serves " + socket + ": " + e.getMessage(), e);
        }
    }

    private static HttpServer listen(Vertx vertx, DriverProtocol protocol, Path socket) {
        Router router = Router.router(vertx);
        router.post()
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(context -> answer(context, protocol))
                .failureHandler(DriverServer::refuse);
        return vertx.createHttpServer(PlainHttp.options().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(router)
                .listen(SocketAddress.domainSocketAddress(socket.toString()))
                .await();
    }

    private static void answer(RoutingContext context, DriverProtocol protocol) {
        Buffer buffer = context.body().buffer();
        byte[] body = buffer == null ? new byte[0] : buffer.getBytes();
        Callable<byte @Nullable []> work =
                () -> protocol.answer(String.valueOf(context.request().path()), body);
        context.vertx()
                .executeBlocking(work, false)
                .onSuccess(answer -> {
                    if (answer == null) {
                        // Docker takes this text for a call that an older driver does not know.
                        context.response().setStatusCode(NOT_FOUND).end("404 page not found");
                    } else {
                        context.response().putHeader("Content-Type", TYPE).end(Buffer.buffer(answer));
                    }
                })
                .onFailure(context::fail);
    }

    /** Answers a body that is too large, and defects. */
    private static void refuse(RoutingContext context) {
        boolean isDefect = context.statusCode() == INTERNAL;
        if (isDefect) {
            LOG.error("{} failed", context.request().path(), context.failure());
        }
        context.response()
                .setStatusCode(context.statusCode())
                .putHeader("Content-Type", TYPE)
                .end("{\"Err\":\"weir: "
                        + (isDefect ? "this is a defect; the daemon's log has more" : "the request is refused")
                        + "\"}");
    }

    /** Where it listens. */
    public Path socket() {
        return socket;
    }

    /** Ends; containers keep their interfaces, without a carrier once their ports are closed. */
    @Override
    public void close() {
        server.close().await();
        vertx.close().await();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }
}
