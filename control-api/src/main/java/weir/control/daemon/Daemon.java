// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.control.docker.DriverServer;
import weir.control.http.ApiServer;
import weir.control.http.Endpoint;
import weir.control.http.ListenException;
import weir.control.http.ObservationRoutes;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.EventHub;
import weir.control.plane.ObjectStore;
import weir.control.plane.Readiness;
import weir.control.plane.StateFolder;

/** A control plane, the folder that it keeps its state in, and the server that speaks for it. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final DaemonSettings settings;
    private final ServiceManager manager;
    private final StateFolder state;
    private final ControlPlane plane;
    private final ObservationRoutes observation;
    private final ApiServer server;
    private @Nullable DriverServer docker;

    private Daemon(
            DaemonSettings settings,
            ServiceManager manager,
            StateFolder state,
            ControlPlane plane,
            ObservationRoutes observation,
            ApiServer server) {
        this.settings = settings;
        this.manager = manager;
        this.state = state;
        this.plane = plane;
        this.observation = observation;
        this.server = server;
    }

    /**
     * Starts: reaches the topology that was kept, then that of the configuration file, then listens.
     *
     * @param environment of the process: NOTIFY_SOCKET and what belongs to it
     * @throws StateFolder.Unusable when the state cannot be used
     * @throws ControlException when the topology cannot be reached
     * @throws ListenException when it cannot listen
     */
    public static Daemon start(DaemonSettings settings, Map<String, String> environment)
            throws StateFolder.Unusable, ControlException, ListenException {
        return start(settings, environment, _ -> {});
    }

    /**
     * The same.
     *
     * @param beforeReady what is to be in place before anybody is told that the daemon is ready
     */
    public static Daemon start(DaemonSettings settings, Map<String, String> environment, Consumer<Daemon> beforeReady)
            throws StateFolder.Unusable, ControlException, ListenException {
        StateFolder state = StateFolder.open(settings.state());
        ControlPlane plane = null;
        Daemon started = null;
        boolean isStarted = false;
        try {
            plane = new ControlPlane(new ObjectStore(state.objects()), state, new EventHub());
            reach(plane, state, settings);
            ServiceManager manager = ServiceManager.of(environment);
            Vertx vertx = Vertx.vertx(ApiServer.vertxOptions());
            Readiness readiness = new Readiness();
            ObservationRoutes observation = new ObservationRoutes(plane, readiness, state.captures());
            ApiServer server = ApiServer.listen(vertx, plane, observation, settings.endpoints());
            started = new Daemon(settings, manager, state, plane, observation, server);
            if (settings.dockerSocket() != null) {
                started.serveDocker(settings.dockerSocket());
            }
            beforeReady.accept(started);
            readiness.reached();
            if (manager.watchdogMillis() != 0) {
                vertx.setPeriodic(manager.watchdogMillis(), _ -> manager.alive());
            }
            manager.ready();
            isStarted = true;
            return started;
        } finally {
            if (!isStarted && started != null) {
                started.close();
            } else if (!isStarted) {
                close(plane, state);
            }
        }
    }

    private static void reach(ControlPlane plane, StateFolder state, DaemonSettings settings)
            throws StateFolder.Unusable, ControlException {
        plane.restore(state.load(), settings.ignoreBadPorts());
        plane.failedPorts().forEach((place, cause) -> LOG.warn("port {} FAILED: {}", place, cause));
        ConfigFile config = settings.config();
        if (config != null) {
            config.apply(plane, "start");
        }
        try {
            Set<String> needed = new TreeSet<>(plane.topology().objects());
            needed.addAll(DriverServer.objects(settings.state()));
            plane.objects().retain(needed);
        } catch (IOException e) {
            LOG.warn("cannot remove object files that are no longer used: {}", e.toString());
        }
    }

    private void serveDocker(Path socket) throws ListenException {
        try {
            docker = DriverServer.listen(plane, socket, settings.state());
        } catch (IOException e) {
            throw new ListenException("cannot serve Docker", "--docker-socket names another socket", e);
        }
    }

    private static void close(@Nullable ControlPlane plane, StateFolder state) {
        if (plane != null) {
            plane.close();
        }
        state.close();
    }

    /** The switches that it runs. */
    public ControlPlane plane() {
        return plane;
    }

    /** What it listens at; where any TCP port was asked for, the one that it has. */
    public List<Endpoint> endpoints() {
        return server.endpoints();
    }

    /** From now on SIGHUP makes the daemon read its configuration file again. Once in a process. */
    public void reloadOnHangup() {
        Hangup.onSignal(this::reload);
    }

    /** Applies the configuration file again; what is wrong with it is logged, and nothing is changed. */
    void reload() {
        ConfigFile config = settings.config();
        if (config == null) {
            LOG.warn("SIGHUP: there is no file to read again; --config names one");
            return;
        }
        manager.reloading();
        try {
            config.apply(plane, "SIGHUP");
        } catch (ControlException e) {
            LOG.error("SIGHUP: {}; {}", e.getMessage(), e.hint());
        } finally {
            manager.ready();
        }
    }

    /** Lets requests come to their end, then closes ports. What is wanted is kept. */
    @Override
    public void close() {
        manager.stopping();
        if (docker != null) {
            docker.close();
        }
        observation.close(); // streams end, so that nobody waits for them
        server.close();
        close(plane, state);
    }
}
