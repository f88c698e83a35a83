// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The containers that are on a network now, as Docker knows them. */
final class Stations {
    private static final int ID_CHARACTERS = 12;

    private Stations() {}

    /**
     * A container on a network.
     *
     * @param names what it may be called: aliases first, its name, its id
     * @param endpointId its place on the network
     * @param mac of its interface there
     */
    record Station(String containerId, Set<String> names, String endpointId, String mac) {
        /** Name of its interface on the host, where Weir's driver has made it. */
        String interfaceName() {
            return "wd" + endpointId.substring(0, ID_CHARACTERS);
        }

        /** What people call it. */
        String name() {
            return names.iterator().next();
        }
    }

    static List<Station> on(DockerClient docker, String networkId) {
        Set<String> ids = docker.inspectNetworkCmd()
                .withNetworkId(networkId)
                .exec()
                .getContainers()
                .keySet();
        List<Station> stations = new ArrayList<>();
        for (String id : ids) {
            try {
                InspectContainerResponse container =
                        docker.inspectContainerCmd(id).exec();
                for (ContainerNetwork place :
                        container.getNetworkSettings().getNetworks().values()) {
                    String endpoint = place.getEndpointId();
                    String mac = place.getMacAddress();
                    if (networkId.equals(place.getNetworkID()) && endpoint != null && mac != null) {
                        stations.add(new Station(container.getId(), names(container, place), endpoint, mac));
                    }
                }
            } catch (NotFoundException e) {
                // It has gone meanwhile.
            }
        }
        return stations;
    }

    private static Set<String> names(InspectContainerResponse container, ContainerNetwork place) {
        String shortId = container.getId().substring(0, ID_CHARACTERS);
        Set<String> names = new LinkedHashSet<>();
        List<String> given = place.getAliases();
        List<String> aliases = given == null ? List.of() : given;
        // Testcontainers gives each container an alias of its own, which nobody chose.
        aliases.stream()
                .filter(alias -> !alias.startsWith("tc-") && !alias.equals(shortId))
                .forEach(names::add);
        names.add(container.getName().replaceFirst("^/", ""));
        names.addAll(aliases);
        names.add(shortId);
        names.add(container.getId());
        return names;
    }

    static Station find(List<Station> stations, String name) {
        return stations.stream()
                .filter(each -> each.names().contains(name))
                .findFirst()
                .orElseThrow(() -> new WeirException(
                        "no container '" + name + "' on the network",
                        stations.isEmpty()
                                ? "none is there; start it first, with withNetwork(..) and withNetworkAliases(..)"
                                : "there are "
                                        + stations.stream().map(Station::name).collect(Collectors.joining(", "))));
    }
}
