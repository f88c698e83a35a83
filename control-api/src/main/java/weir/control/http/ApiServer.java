// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.util.List;
import weir.control.plane.ControlPlane;

/** Answers requests. Event loops of Vert.x only read and write; whatever may wait runs on threads of its own. */
public final class ApiServer implements AutoCloseable {
    private static final int IDLE_SECONDS = 30;

    private final Vertx vertx;
    private final HttpServer server;

    private ApiServer(Vertx vertx, HttpServer server) {
        this.vertx = vertx;
        this.server = server;
    }

    /** Listens on a Unix socket; blocks until it does. The caller has made the folder, and no file is there. */
    public static ApiServer listen(Vertx vertx, ControlPlane plane, ObservationRoutes observation, Path socket) {
        Router router = Router.router(vertx);
        for (Routes routes : List.of(new SwitchRoutes(plane), observation)) {
            routes.mount(router);
        }
        HttpServerOptions options = new HttpServerOptions().setIdleTimeout(IDLE_SECONDS);
        Future<HttpServer> listening = vertx.createHttpServer(options)
                .requestHandler(router)
                .listen(SocketAddress.domainSocketAddress(socket.toString()));
        return new ApiServer(vertx, listening.await());
    }

    @Override
    public void close() {
        server.close().await();
        vertx.close().await();
    }
}
