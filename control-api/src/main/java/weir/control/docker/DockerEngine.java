// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.control.station.StationException;
import weir.control.station.StationException.Kind;
import weir.control.text.Spelling;

/**
 * Asks Docker about containers: its Engine API (docs.docker.com/reference/api/engine, {@code GET /containers/ID/json}) over
 * the Unix socket that {@code DOCKER_HOST} names. Without a version in the path, which every Docker takes.
 */
public final class DockerEngine {
    private static final String VARIABLE = "DOCKER_HOST";
    private static final String SCHEME = "unix://";
    private static final String DEFAULT_SOCKET = "/var/run/docker.sock";
    private static final String WITHOUT = "'pid:PID' names a container or process without Docker";
    private static final int NOT_FOUND = 404;

    private final Path socket;
    private final Duration patience;

    private DockerEngine(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /**
     * A container that runs.
     *
     * @param name without the slash that Docker has in front
     * @param pid of its first process, as this machine counts
     */
    public record Container(String name, long pid) {}

    /** Docker as the environment of a process names it. */
    public static DockerEngine of(Map<String, String> environment) throws StationException {
        String host = environment.getOrDefault(VARIABLE, "");
        if (host.isEmpty()) {
            return new DockerEngine(Path.of(DEFAULT_SOCKET), DaemonClient.PATIENCE);
        }
        try {
            if (host.startsWith(SCHEME)) {
                return new DockerEngine(Path.of(host.substring(SCHEME.length())), DaemonClient.PATIENCE);
            }
        } catch (InvalidPathException e) {
            throw unusable(host, e);
        }
        throw unusable(host, null);
    }

    /** One that waits so long for answers. */
    public DockerEngine withPatience(Duration changed) {
        return new DockerEngine(socket, changed);
    }

    private static StationException unusable(String host, @Nullable Throwable cause) {
        return new StationException(
                Kind.INVALID,
                VARIABLE + " is '" + NetworkOptions.printable(host) + "', no Unix socket of this machine",
                "write " + VARIABLE + "=unix:///PATH; " + WITHOUT,
                cause);
    }

    /**
     * A container by its name or id.
     *
     * @throws StationException when there is none, it does not run, or Docker does not answer
     */
    public Container running(String nameOrId) throws StationException {
        JsonNode answer = inspect(nameOrId);
        String name = answer.path("Name").asString("").replaceFirst("^/", "");
        JsonNode state = answer.path("State");
        long pid = state.path("Pid").asLong(0);
        if (pid == 0 || !state.path("Running").asBoolean(false)) {
            throw new StationException(
                    Kind.FAILED,
                    "container " + NetworkOptions.printable(name) + " is not running but "
                            + NetworkOptions.printable(state.path("Status").asString("unknown")),
                    "start it: docker start " + NetworkOptions.printable(name));
        }
        return new Container(name, pid);
    }

    private JsonNode inspect(String nameOrId) throws StationException {
        try {
            return ask("containers", nameOrId, "json");
        } catch (DaemonException e) {
            if (e.refusal().status() == NOT_FOUND) {
                List<String> names = names();
                throw new StationException(
                        Kind.NOT_FOUND,
                        "no container '" + NetworkOptions.printable(nameOrId) + "'",
                        Spelling.didYouMean(nameOrId, names)
                                + (names.isEmpty()
                                        ? "there is none; 'docker run' starts one"
                                        : "containers are " + String.join(", ", names)),
                        e);
            }
            throw explain(e);
        }
    }

    /**
     * Names of all containers that run, printable.
     *
     * @throws StationException when Docker does not answer
     */
    public List<String> names() throws StationException {
        try {
            List<String> names = new ArrayList<>();
            for (JsonNode each : ask("containers", "json")) {
                names.add(NetworkOptions.printable(
                        each.path("Names").path(0).asString("").replaceFirst("^/", "")));
            }
            return names;
        } catch (DaemonException e) {
            throw explain(e);
        }
    }

    private JsonNode ask(String... segments) {
        return DaemonClient.at(socket).withPatience(patience).json(ApiRequest.get(ApiPath.unversioned(segments)));
    }

    private StationException explain(DaemonException e) {
        if (e.kind() != DaemonException.Kind.UNREACHABLE) {
            return new StationException(
                    Kind.FAILED, "Docker at " + socket + " does not say: " + e.getMessage(), WITHOUT, e);
        }
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return new StationException(
                    Kind.FAILED,
                    "no Docker at " + socket,
                    "start Docker, or name its socket: " + VARIABLE + "=unix:///PATH; " + WITHOUT,
                    e);
        }
        return Files.isWritable(socket)
                ? new StationException(
                        Kind.FAILED,
                        "Docker does not answer at " + socket,
                        "does it run? 'docker info' tells; " + WITHOUT,
                        e)
                : new StationException(
                        Kind.FAILED,
                        "no permission to ask Docker at " + socket,
                        "be root or a member of the group docker; " + WITHOUT,
                        e);
    }
}
