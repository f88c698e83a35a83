// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.plane.EventHub;
import weir.control.plane.ObjectStore;
import weir.control.plane.Readiness;
import weir.control.plane.TopologyStore;
import weir.control.topology.SwitchDefinition;
import weir.core.PortInfo;
import weir.core.Switch;
import weir.core.frame.Frame;
import weir.core.memory.MemoryEndpoint;
import weir.core.memory.MemoryPort;
import weir.core.port.PortException;
import weir.core.port.PortOptions;
import weir.core.testing.Law;
import weir.core.testing.Talker;

/** What the daemon is made of, on a socket in a folder, with stations that talk behind ports of the test's own. */
final class ObservedDaemon implements AutoCloseable {
    /** What {@code tcpdump -ddd -y EN10MB 'ether src 02:00:00:00:00:01'} prints, as JSON has it. */
    static final String FROM_STATION_1 = "6\\n32 0 0 8\\n21 0 3 1\\n40 0 0 6\\n21 0 1 512\\n6 0 0 262144\\n6 0 0 0\\n";

    private static final int STATIONS = 3;
    private static final int NAP_AFTER_ROUNDS = 4;

    private final ControlPlane plane;
    private final Readiness readiness = new Readiness();
    private final ObservationRoutes observation;
    private final ApiServer server;
    private final StreamingClient http;
    private final Path folder;
    private final List<MemoryPort> ports = new ArrayList<>();
    private final List<Talker> talkers = new ArrayList<>();

    ObservedDaemon(Path folder) throws IOException, ListenException {
        this.folder = folder;
        plane = new ControlPlane(
                new ObjectStore(Files.createDirectories(folder.resolve("objects"))),
                TopologyStore.NONE,
                new EventHub());
        observation = new ObservationRoutes(plane, readiness, captures());
        Path socket = folder.resolve("s");
        server = ApiServer.listen(
                Vertx.vertx(ApiServer.vertxOptions()),
                plane,
                observation,
                List.of(new Endpoint.Unix(socket, null, Role.ADMIN)));
        http = new StreamingClient(socket);
    }

    ControlPlane plane() {
        return plane;
    }

    Readiness readiness() {
        return readiness;
    }

    StreamingClient http() {
        return http;
    }

    /** Where captures into files go. */
    Path captures() {
        return folder.resolve("captures");
    }

    /** Makes a switch. */
    Switch create(String name) throws ControlException {
        plane.change(now -> now.with(name, SwitchDefinition.DEFAULT), ChangeOptions.DEFAULT);
        return plane.require(name);
    }

    /** Attaches a memory port, of which only the test knows. */
    MemoryPort attach(Switch sw, String name) throws PortException {
        MemoryPort port = new MemoryPort(name);
        sw.attach(port, PortOptions.named(name));
        ports.add(port);
        return port;
    }

    /**
     * Asks for something that looks at the frames of switch {@code sw0}.
     *
     * @param fields of the body besides the switch
     */
    StreamingClient.Answer begin(String path, String fields) throws IOException {
        return http.post(path, "{\"switch\":\"sw0\"" + (fields.isEmpty() ? "" : "," + fields) + "}");
    }

    /** Sends frames into a port; waits for room. */
    static void send(MemoryEndpoint endpoint, byte[]... payloads) {
        for (byte[] payload : payloads) {
            long[] frame = new long[1];
            Law.eventually("an empty frame", () -> endpoint.allocate(frame, 0, 1) == 1);
            frame[0] = Frame.withLength(frame[0], payload.length);
            endpoint.bytes(frame[0]).copyFrom(MemorySegment.ofArray(payload));
            Law.eventually("room", () -> endpoint.send(frame, 0, 1) == 1);
        }
    }

    /** Three stations, {@code s0} to {@code s2}, that talk until {@link #silence}. */
    void talk(Switch sw) throws PortException {
        for (int i = 0; i < STATIONS; i++) {
            talkers.add(new Talker(attach(sw, "s" + i).endpoint(), i, STATIONS, NAP_AFTER_ROUNDS));
        }
    }

    /** Nobody sends any more, and what was sent has come in and gone out, or was dropped. */
    void silence(Switch sw) {
        talkers.forEach(Talker::close);
        for (PortInfo port : sw.ports()) {
            if (port.name().matches("s[0-9]")) {
                Talker talker = talkers.get(port.name().charAt(1) - '0');
                Law.eventually("all came in at " + port.name(), () -> received(sw, port.name()) == talker.sent());
            }
        }
        Law.assertComesToHold(sw);
    }

    /** Without those that an emulated link made twice of one. */
    private static long received(Switch sw, String port) {
        long twice =
                sw.links().show(port).map(link -> link.fromPort().duplicated()).orElse(0L);
        return Objects.requireNonNull(sw.counters().get(port)).received() - twice;
    }

    @Override
    public void close() {
        talkers.forEach(Talker::close);
        observation.close();
        server.close();
        plane.close();
        ports.forEach(port -> port.endpoint().close());
    }
}
