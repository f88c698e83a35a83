// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import weir.control.plane.ControlPlane;
import weir.control.plane.EventHub;
import weir.control.plane.ObjectStore;
import weir.control.plane.Readiness;
import weir.control.plane.TopologyStore;

/** A server in this process, with a control plane that keeps nothing. */
record RunningServer(ControlPlane plane, ApiServer server, Path socket) implements AutoCloseable {
    static RunningServer in(Path folder, Duration idle, Endpoint... besides) throws Exception {
        ControlPlane plane = new ControlPlane(
                new ObjectStore(Files.createDirectories(folder.resolve("objects"))),
                TopologyStore.NONE,
                new EventHub());
        Path socket = folder.resolve("s");
        List<Endpoint> endpoints = new java.util.ArrayList<>();
        endpoints.add(new Endpoint.Unix(socket, null, Role.ADMIN));
        endpoints.addAll(List.of(besides));
        ObservationRoutes observation = new ObservationRoutes(plane, new Readiness(), folder.resolve("captures"));
        return new RunningServer(
                plane,
                ApiServer.listen(Vertx.vertx(ApiServer.vertxOptions()), plane, observation, endpoints, idle),
                socket);
    }

    static RunningServer in(Path folder, Endpoint... besides) throws Exception {
        return in(folder, ApiServer.IDLE, besides);
    }

    RawClient.Answer ask(String method, String path, String body, String... fields) throws Exception {
        return RawClient.ask(socket, method, path, body, fields);
    }

    /** Port of the TCP endpoint; only when there is one. */
    int tcpPort() {
        return tcpPorts().getFirst();
    }

    /** Ports of the TCP endpoints. */
    List<Integer> tcpPorts() {
        return server.endpoints().stream()
                .filter(Endpoint.Tls.class::isInstance)
                .map(each -> ((Endpoint.Tls) each).port())
                .toList();
    }

    @Override
    public void close() {
        server.close();
        plane.close();
    }
}
