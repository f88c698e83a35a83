// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.DurableFiles;

/** Keeps a {@link DriverState} in a file, which is the one before or the one after, never half of it. */
final class DriverStore {
    private static final int VERSION = 1;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Path file;

    /** @param file need not exist; its folder must */
    DriverStore(Path file) {
        this.file = file;
    }

    /**
     * What was kept last; empty when nothing was.
     *
     * @throws IOException when the file cannot be read or is none of this version
     */
    DriverState load() throws IOException {
        if (!Files.exists(file)) {
            return DriverState.EMPTY;
        }
        JsonNode root;
        try {
            root = json.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
        if (root.path("version").asInt(0) != VERSION) {
            throw new IOException(file + " is not of version " + VERSION);
        }
        Map<String, DriverState.Network> networks = new LinkedHashMap<>();
        root.path("networks").forEachEntry((id, each) -> networks.put(id, network(each)));
        Map<String, DriverState.Endpoint> endpoints = new LinkedHashMap<>();
        root.path("endpoints").forEachEntry((id, each) -> endpoints.put(id, endpoint(each)));
        endpoints.values().removeIf(each -> !networks.containsKey(each.network()));
        return new DriverState(networks, endpoints);
    }

    private static DriverState.Network network(JsonNode node) {
        return new DriverState.Network(
                options(node),
                node.path("switch").asString(""),
                node.path("made_switch").asBoolean(false),
                node.path("program").asString(""),
                node.path("program_on_ports").asBoolean(false));
    }

    private static DriverState.Endpoint endpoint(JsonNode node) {
        return new DriverState.Endpoint(
                node.path("network").asString(""),
                options(node),
                node.path("mac").asString(""),
                node.path("given_mac").asString(""),
                node.path("port").asString(""),
                node.path("sandbox").asString(""));
    }

    private static Map<String, String> options(JsonNode node) {
        Map<String, String> options = new LinkedHashMap<>();
        node.path("options").forEachEntry((key, value) -> options.put(key, value.asString("")));
        return options;
    }

    /** Keeps a state; when that fails the one before is still there. */
    void save(DriverState state) throws DriverException {
        try {
            DurableFiles.replace(file, json.writerWithDefaultPrettyPrinter().writeValueAsBytes(of(state)));
        } catch (IOException e) {
            throw new DriverException("cannot keep the state in " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> of(DriverState state) {
        Map<String, Object> networks = new LinkedHashMap<>();
        state.networks()
                .forEach((id, each) -> networks.put(
                        id,
                        Map.of(
                                "options", each.options(),
                                "switch", each.switchName(),
                                "made_switch", each.madeSwitch(),
                                "program", each.program(),
                                "program_on_ports", each.isProgramOnPorts())));
        Map<String, Object> endpoints = new LinkedHashMap<>();
        state.endpoints()
                .forEach((id, each) -> endpoints.put(
                        id,
                        Map.of(
                                "network", each.network(),
                                "options", each.options(),
                                "mac", each.mac(),
                                "given_mac", each.givenMac(),
                                "port", each.port(),
                                "sandbox", each.sandbox())));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", VERSION);
        root.put("networks", networks);
        root.put("endpoints", endpoints);
        return root;
    }
}
