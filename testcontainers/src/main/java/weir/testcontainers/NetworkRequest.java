// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateNetworkCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/**
 * Asks Docker for a network on Weir's driver.
 *
 * @param name of the network and of its switch
 * @param options of the driver
 */
record NetworkRequest(DockerClient docker, String driver, String name, Map<String, String> options) {
    private static final int OCTET = 256;
    /** /24 networks in 198.18.0.0/15, which RFC 2544 keeps for tests of networks. */
    private static final int SUBNETS = 2 * OCTET;

    private static final String OVERLAPS = "overlaps";
    private static final String NO_PLUGIN = "not found";

    NetworkRequest {
        options = Map.copyOf(options);
    }

    /**
     * Makes the network.
     *
     * @param subnets empty for one that is free
     * @return its id
     * @throws WeirException when Docker does not
     */
    String create(List<String> subnets) {
        if (!subnets.isEmpty()) {
            return ask(subnets);
        }
        int first = (int) (ProcessHandle.current().pid() % SUBNETS);
        for (int i = 0; i < SUBNETS; i++) {
            int number = (first + i) % SUBNETS;
            try {
                return ask(List.of("198." + (18 + number / OCTET) + "." + number % OCTET + ".0/24"));
            } catch (WeirException e) {
                if (!String.valueOf(e.getMessage()).contains(OVERLAPS)) {
                    throw e;
                }
            }
        }
        throw new WeirException("all of 198.18.0.0/15 is in use", "choose with WeirNetwork.builder().subnet(..)");
    }

    private String ask(List<String> subnets) {
        Map<String, String> all = new HashMap<>(options);
        all.put("switch", name);
        Map<String, String> labels = new HashMap<>(DockerClientFactory.DEFAULT_LABELS);
        labels.put(
                DockerClientFactory.TESTCONTAINERS_SESSION_ID_LABEL, DockerClientFactory.SESSION_ID); // Ryuk finds it
        try (CreateNetworkCmd command = docker.createNetworkCmd()) {
            return command.withName(name)
                    .withDriver(driver)
                    .withCheckDuplicate(true)
                    .withEnableIpv6(subnets.stream().anyMatch(subnet -> subnet.contains(":")))
                    .withIpam(new Ipam()
                            .withConfig(subnets.stream()
                                    .map(subnet -> new Ipam.Config().withSubnet(subnet))
                                    .toList()))
                    .withOptions(all)
                    .withLabels(labels)
                    .exec()
                    .getId();
        } catch (DockerException e) {
            throw new WeirException("Docker makes no network: " + e.getMessage(), hint(e), e);
        }
    }

    private String hint(DockerException e) {
        return String.valueOf(e.getMessage()).contains(NO_PLUGIN)
                ? "Docker found no driver '" + driver
                        + "': it must see the folder /run/docker/plugins of the machine that the"
                        + " driver's daemon runs on"
                : "";
    }
}
