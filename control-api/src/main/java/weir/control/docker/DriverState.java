// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The networks and endpoints that Docker has told of. Immutable.
 *
 * @param networks by id
 * @param endpoints by id
 */
record DriverState(Map<String, Network> networks, Map<String, Endpoint> endpoints) {
    static final DriverState EMPTY = new DriverState(Map.of(), Map.of());

    DriverState {
        networks = Collections.unmodifiableMap(new TreeMap<>(networks));
        endpoints = Collections.unmodifiableMap(new TreeMap<>(endpoints));
    }

    /** Digests of the programs that networks name. */
    Set<String> objects() {
        return networks.values().stream()
                .map(Network::program)
                .filter(digest -> !digest.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A network.
     *
     * @param options as Docker gave them
     * @param madeSwitch whether the switch came with the network and goes with the last on it
     * @param program digest of the object file, or empty
     * @param isProgramOnPorts whether the program is on each port of the network; else it came with the switch
     */
    record Network(
            Map<String, String> options,
            String switchName,
            boolean madeSwitch,
            String program,
            boolean isProgramOnPorts) {
        Network {
            options = Collections.unmodifiableMap(new TreeMap<>(options));
        }

        Network withMadeSwitch(boolean changed) {
            return new Network(options, switchName, changed, program, isProgramOnPorts);
        }

        NetworkOptions read() throws DriverException {
            return NetworkOptions.of(options);
        }
    }

    /**
     * A container's place on a network.
     *
     * @param network its network's id
     * @param options as Docker gave them
     * @param mac of the container's interface
     * @param givenMac what Docker asked for, or empty
     * @param port name on the switch
     * @param sandbox path of the container's network namespace, or empty while it has not joined
     */
    record Endpoint(
            String network, Map<String, String> options, String mac, String givenMac, String port, String sandbox) {
        Endpoint {
            options = Collections.unmodifiableMap(new TreeMap<>(options));
        }

        boolean isJoined() {
            return !sandbox.isEmpty();
        }

        Endpoint in(String changed) {
            return new Endpoint(network, options, mac, givenMac, port, changed);
        }
    }

    DriverState with(String id, Network network) {
        Map<String, Network> changed = new TreeMap<>(networks);
        changed.put(id, network);
        return new DriverState(changed, endpoints);
    }

    DriverState with(String id, Endpoint endpoint) {
        Map<String, Endpoint> changed = new TreeMap<>(endpoints);
        changed.put(id, endpoint);
        return new DriverState(networks, changed);
    }

    DriverState withoutNetwork(String id) {
        Map<String, Network> changed = new TreeMap<>(networks);
        changed.remove(id);
        return new DriverState(changed, endpoints);
    }

    DriverState withoutEndpoint(String id) {
        Map<String, Endpoint> changed = new TreeMap<>(endpoints);
        changed.remove(id);
        return new DriverState(networks, changed);
    }

    /** The ids of a network's endpoints. */
    List<String> endpointsOf(String network) {
        return endpoints.entrySet().stream()
                .filter(each -> each.getValue().network().equals(network))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Id of another network on the same switch; null when there is none. */
    @Nullable
    String neighbourOf(String id, String switchName) {
        return networks.entrySet().stream()
                .filter(each -> !each.getKey().equals(id)
                        && each.getValue().switchName().equals(switchName))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
