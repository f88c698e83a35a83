// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.control.topology.TopologyReader;
import weir.core.link.LinkSettings;

/**
 * What {@code docker network connect --driver-opt KEY=VALUE} says.
 *
 * @param port name of the switch's port; empty for the address
 * @param link instead of that of the network; null for that
 */
public record EndpointOptions(String port, @Nullable LinkSettings link) {
    /** None given. */
    public static final EndpointOptions DEFAULT = new EndpointOptions("", null);

    private static final String PORT = "port";
    private static final String DOCKERS_OWN = "com.docker.";
    private static final Set<String> KNOWN = NetworkOptions.known(List.of(PORT));

    /** Reads options; what Docker puts beside them for drivers of its own is left alone. */
    public static EndpointOptions of(Map<String, String> given) throws DriverException {
        Map<String, String> ours = new TreeMap<>(given);
        ours.keySet().removeIf(key -> key.startsWith(DOCKERS_OWN));
        Map<String, String> options = NetworkOptions.plain(ours, KNOWN);
        String port = options.getOrDefault(PORT, "");
        if (options.containsKey(PORT) && !TopologyReader.isName(port)) {
            throw new DriverException(
                    "option port: '" + NetworkOptions.printable(port) + "' is no name; " + TopologyReader.NAME_RULE);
        }
        return new EndpointOptions(port, NetworkOptions.link(options));
    }
}
