// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.control.plane.ControlPlane;

/** Answers requests. Event loops of Vert.x only read and write; whatever may wait runs on threads of its own. */
public final class ApiServer implements AutoCloseable {
    /** Connections at a time. */
    public static final int MAX_CONNECTIONS = 64;

    /** How long a connection may take to send a whole request. */
    public static final Duration IDLE = Duration.ofSeconds(30);

    private static final int MAX_LINE_BYTES = 4_096;
    private static final int MAX_HEADER_BYTES = 8_192;
    private static final int BACKLOG = 128;
    private static final long DRAIN_SECONDS = 3;

    private final Vertx vertx;
    private final Connections connections;
    private final RefusalLimit refusals = new RefusalLimit();
    private final ControlPlane plane;
    private final List<Routes> routes;
    private final List<HttpServer> servers = new ArrayList<>();
    private final List<SocketFile> files = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();

    private ApiServer(Vertx vertx, ControlPlane plane, List<Routes> routes, Duration idle) {
        this.vertx = vertx;
        this.plane = plane;
        this.routes = routes;
        connections = new Connections(MAX_CONNECTIONS, idle);
        connections.watch(vertx);
        vertx.setPeriodic(
                RefusalLimit.WINDOW.toMillis(),
                _ -> vertx.executeBlocking(
                        () -> {
                            Audit.endWindow(refusals);
                            return true;
                        },
                        true));
    }

    /** How Vert.x serves Unix sockets, and makes no files of its own: where the daemon runs nothing need be writable. */
    public static VertxOptions vertxOptions() {
        return new VertxOptions()
                .setPreferNativeTransport(true)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false));
    }

    /**
     * Listens; blocks until it does everywhere.
     *
     * @param vertx closed with the server
     * @throws ListenException when it cannot somewhere; it listens nowhere then
     */
    public static ApiServer listen(
            Vertx vertx, ControlPlane plane, ObservationRoutes observation, List<Endpoint> endpoints)
            throws ListenException {
        return listen(vertx, plane, observation, endpoints, IDLE);
    }

    static ApiServer listen(
            Vertx vertx, ControlPlane plane, ObservationRoutes observation, List<Endpoint> endpoints, Duration idle)
            throws ListenException {
        List<Routes> routes = new ArrayList<>(Endpoints.all(plane));
        routes.add(observation);
        ApiServer server = new ApiServer(vertx, plane, routes, idle);
        boolean isListening = false;
        try {
            for (Endpoint endpoint : endpoints) {
                server.endpoints.add(server.listen(endpoint));
            }
            isListening = true;
            return server;
        } finally {
            if (!isListening) {
                server.close();
            }
        }
    }

    /** The endpoint as it then is. */
    private Endpoint listen(Endpoint endpoint) throws ListenException {
        return switch (endpoint) {
            case Endpoint.Unix unix -> listen(unix);
            case Endpoint.Tls tls -> listen(tls);
        };
    }

    private Endpoint.Unix listen(Endpoint.Unix unix) throws ListenException {
        SocketFile file = SocketFile.at(unix.path());
        files.add(file);
        LateAccess access = new LateAccess();
        bind(
                options(),
                SocketAddress.domainSocketAddress(file.temporary().toString()),
                access,
                unix.path().toString());
        int gid = file.publish(unix.group());
        access.decide(new UnixAccess(ownUid(), unix.group() == null ? null : gid, unix.role()));
        return unix;
    }

    private Endpoint.Tls listen(Endpoint.Tls tls) throws ListenException {
        Tokens tokens = Tokens.read(tls.tokens());
        for (Path file : List.of(tls.certificate(), tls.key())) {
            if (!Files.isReadable(file)) {
                throw new ListenException("cannot read " + file, "give a certificate and its key as PEM files");
            }
        }
        HttpServerOptions options = options()
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls.certificate().toString())
                        .setKeyPath(tls.key().toString()));
        String where = tls.host() + ":" + tls.port();
        return tls.withPort(bind(options, SocketAddress.inetSocketAddress(tls.port(), tls.host()), tokens, where));
    }

    private static HttpServerOptions options() {
        return PlainHttp.options()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setAcceptBacklog(BACKLOG)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false);
    }

    /** Port of TCP; of a Unix socket something else. */
    private int bind(HttpServerOptions options, SocketAddress address, Access access, String where)
            throws ListenException {
        Router router = Router.router(vertx);
        new Pipeline(plane, connections, refusals, access).mount(router);
        routes.forEach(each -> each.mount(router));
        try {
            HttpServer server = vertx.createHttpServer(options)
                    .requestHandler(router)
                    .invalidRequestHandler(invalid())
                    .connectionHandler(connections::opened)
                    .listen(address)
                    .await();
            servers.add(server);
            return server.actualPort();
        } catch (VertxException e) {
            throw new ListenException("cannot listen at " + where, "choose another address", e);
        } catch (RuntimeException e) {
            throw new ListenException("cannot listen at " + where, "it may be in use, or the certificate wrong", e);
        }
    }

    /** What is no HTTP. */
    private static Handler<HttpServerRequest> invalid() {
        return request -> {
            Throwable cause = request.decoderResult().cause();
            String text = String.valueOf(cause);
            int status = text.contains("TooLongHttpHeader") ? 431 : text.contains("TooLongHttpLine") ? 414 : 400;
            request.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", Problem.MEDIA_TYPE)
                    .putHeader("Connection", "close")
                    .end(Problems.ofRouter(status).json())
                    .onComplete(_ -> request.connection().close());
        };
    }

    private static int ownUid() throws ListenException {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new ListenException("cannot find out which user this is", "/proc must be mounted", e);
        }
    }

    /** Where it listens, in the order asked for; with any TCP port asked for, the one that it has. */
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    int connectionCount() {
        return connections.count();
    }

    /** Stops to accept, lets requests come to their end for some seconds, then ends. */
    @Override
    public void close() {
        files.forEach(SocketFile::close);
        servers.stream()
                .map(server -> server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS))
                .toList()
                .forEach(future -> future.await());
        vertx.close().await();
        Audit.endWindow(refusals);
    }
}
