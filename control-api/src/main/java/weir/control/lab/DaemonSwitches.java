// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiAnswer;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;

/** The daemon's topology, changed as a whole: all of a change or nothing, and never over somebody else's. */
final class DaemonSwitches {
    private static final String STALE = "stale";
    private static final int ATTEMPTS = 10;

    private final DaemonClient client;

    DaemonSwitches(DaemonClient client) {
        this.client = client;
    }

    /** A change; it may refuse. */
    @FunctionalInterface
    interface Change {
        Topology of(Topology now) throws LabException;
    }

    /** What is wanted now. */
    Topology topology() throws LabException {
        return topology(client.json(ApiRequest.get(ApiPath.of("config"))));
    }

    private static Topology topology(JsonNode json) throws LabException {
        try {
            return TopologyReader.topology(json);
        } catch (DefinitionErrors e) {
            throw new LabException(
                    "the daemon's topology is not understood: " + e.getMessage(), "is it of another version?", e);
        }
    }

    /**
     * Makes the topology another one; again from what is there by then when somebody else was faster.
     *
     * @throws DaemonException when the daemon refuses, and nothing was changed
     */
    void change(Change change) throws LabException {
        for (int i = 1; ; i++) {
            ApiAnswer config = client.exchange(ApiRequest.get(ApiPath.of("config")));
            Topology now = topology(config.json());
            Topology wanted = change.of(now);
            if (wanted.equals(now)) {
                return;
            }
            try {
                client.json(ApiRequest.post(ApiPath.of("apply"))
                        .withHeader("If-Match", config.header("ETag"))
                        .withJson(TopologyJson.of(wanted)));
                return;
            } catch (DaemonException e) {
                if (i == ATTEMPTS || !e.refusal().code().equals(STALE)) {
                    throw e;
                }
            }
        }
    }

    /** Gives the daemon object files that definitions name by their digests. */
    void send(Map<String, byte[]> objects) {
        objects.values()
                .forEach(object -> client.json(
                        ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", object)));
    }

    /** State of each port of a switch by name; empty when there is no such switch. */
    Map<String, String> states(String switchName) {
        Map<String, String> states = new LinkedHashMap<>();
        try {
            client.json(ApiRequest.get(ApiPath.of("switches", switchName, "ports")))
                    .path("ports")
                    .propertyStream()
                    .forEach(each -> states.put(
                            each.getKey(), each.getValue().path("state").asString("")));
        } catch (DaemonException e) {
            if (!e.refusal().code().equals("not_found")) {
                throw e;
            }
        }
        return states;
    }

    /** Without a lab's ports, which are known by their specs, and without its switches on which nothing is left then. */
    static Topology without(Topology now, LabRecord lab) {
        Topology changed = now;
        for (LabRecord.PortRecord port : lab.ports()) {
            changed = changed.change(port.switchName(), each -> has(each, port) ? each.withoutPort(port.port()) : each);
        }
        for (String name : lab.madeSwitches()) {
            SwitchDefinition left = changed.find(name);
            changed = left != null && left.ports().isEmpty() ? changed.without(name) : changed;
        }
        return changed;
    }

    private static boolean has(SwitchDefinition definition, LabRecord.PortRecord port) {
        PortDefinition there = definition.ports().get(port.port());
        return there != null && there.spec().equals(port.spec());
    }
}
