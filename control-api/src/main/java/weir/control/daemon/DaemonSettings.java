// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.control.http.Endpoint;
import weir.control.http.Role;

/**
 * How a daemon runs.
 *
 * @param endpoints where it listens; at least one
 * @param state folder that outlives it
 * @param configFile topology that it makes its own at its start and on SIGHUP; null for none
 * @param dockerSocket where it serves Docker's networks; null for nowhere
 * @param ignoreBadPorts whether it starts without ports that cannot be attached
 */
public record DaemonSettings(
        List<Endpoint> endpoints,
        Path state,
        @Nullable Path configFile,
        @Nullable Path dockerSocket,
        boolean ignoreBadPorts) {
    public DaemonSettings {
        endpoints = List.copyOf(endpoints);
    }

    /** One Unix socket for all who may administer, and nothing else. */
    public static DaemonSettings at(Path socket, Path state) {
        return new DaemonSettings(List.of(new Endpoint.Unix(socket, null, Role.ADMIN)), state, null, null, false);
    }

    /** The same, with Docker's networks. */
    public DaemonSettings withDockerSocket(@Nullable Path socket) {
        return new DaemonSettings(endpoints, state, configFile, socket, ignoreBadPorts);
    }

    /** The same, where ports that cannot be attached are FAILED instead of a reason not to start. */
    public DaemonSettings ignoringBadPorts() {
        return new DaemonSettings(endpoints, state, configFile, dockerSocket, true);
    }

    @Nullable
    ConfigFile config() {
        return configFile == null ? null : new ConfigFile(configFile);
    }
}
