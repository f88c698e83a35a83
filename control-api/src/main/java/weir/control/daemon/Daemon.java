// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.control.http.ApiServer;
import weir.control.plane.ControlPlane;
import weir.control.plane.EventHub;
import weir.control.plane.ObjectStore;
import weir.control.plane.TopologyStore;

/** A control plane and the server that speaks for it. */
public final class Daemon implements AutoCloseable {
    private final ControlPlane plane;
    private final ApiServer server;
    private final Path socket;

    private Daemon(Path socket, ControlPlane plane, ApiServer server) {
        this.socket = socket;
        this.plane = plane;
        this.server = server;
    }

    /**
     * Starts.
     *
     * @param state folder for objects and configuration; made where it is missing
     */
    public static Daemon start(Path socket, Path state) throws IOException {
        Path objects = Files.createDirectories(state.resolve("objects"));
        ControlPlane plane = new ControlPlane(new ObjectStore(objects), TopologyStore.NONE, new EventHub());
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        return new Daemon(socket, plane, ApiServer.listen(vertx, plane, socket));
    }

    /** The switches that it runs. */
    public ControlPlane plane() {
        return plane;
    }

    /** Where it listens. */
    public Path socket() {
        return socket;
    }

    @Override
    public void close() {
        server.close();
        plane.close();
    }
}
