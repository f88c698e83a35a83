// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.http.Audit;

/**
 * Requests and answers of libnetwork's remote network drivers: a name and a JSON object each way. What is refused is answered
 * with {@code Err}, which Docker shows its user.
 */
final class DriverProtocol {
    private static final String GENERIC = "com.docker.network.generic";
    private static final String PUBLISHED = "com.docker.network.portmap";
    private static final String DRIVER = "/NetworkDriver.";
    private static final int MAX_DEPTH = 32;
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{12,64}");
    // What a port spec can hold: '&' and '=' have a meaning there.
    private static final Pattern PATH = Pattern.compile("/[0-9A-Za-z._/+@-]{1,255}");
    private static final Map<String, Object> DONE = Map.of();
    private static final String ERROR = "Err";
    private static final Set<String> CHANGES =
            Set.of("CreateNetwork", "DeleteNetwork", "CreateEndpoint", "DeleteEndpoint", "Join", "Leave");

    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();
    private final NetworkDriver driver;

    DriverProtocol(NetworkDriver driver) {
        this.driver = driver;
    }

    /** How a call is answered. */
    @FunctionalInterface
    private interface Call {
        Map<String, Object> answer(JsonNode request) throws DriverException;
    }

    /** Answers a request; null when there is no such call. Blocks. */
    byte @Nullable [] answer(String path, byte[] body) {
        Call call = call(path);
        return call == null ? null : json.writeValueAsBytes(answer(path.substring(path.indexOf('.') + 1), call, body));
    }

    private Map<String, Object> answer(String name, Call call, byte[] body) {
        try {
            JsonNode request = body.length == 0 ? json.createObjectNode() : json.readTree(body);
            if (!request.isObject()) {
                return refusal("the request is no JSON object");
            }
            Map<String, Object> answer = answer(call, request);
            if (CHANGES.contains(name)) {
                Audit.byDocker(
                        name,
                        request.path("NetworkID").asString(""),
                        request.path("EndpointID").asString(""),
                        !answer.containsKey(ERROR));
            }
            return answer;
        } catch (JacksonException e) {
            return refusal("the request is no JSON: " + NetworkOptions.printable(e.getOriginalMessage()));
        }
    }

    private static Map<String, Object> answer(Call call, JsonNode request) {
        try {
            return call.answer(request);
        } catch (DriverException e) {
            return refusal(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Object> refusal(String cause) {
        return Map.of(ERROR, "weir: " + cause);
    }

    private @Nullable Call call(String path) {
        if (path.equals("/Plugin.Activate")) {
            return request -> Map.of("Implements", List.of("NetworkDriver"));
        }
        if (!path.startsWith(DRIVER)) {
            return null;
        }
        return switch (path.substring(DRIVER.length())) {
            case "GetCapabilities" -> request -> Map.of("Scope", "local", "ConnectivityScope", "local");
            case "CreateNetwork" -> this::createNetwork;
            case "DeleteNetwork" -> this::deleteNetwork;
            case "CreateEndpoint" -> this::createEndpoint;
            case "DeleteEndpoint" -> this::deleteEndpoint;
            case "EndpointOperInfo" -> this::describe;
            case "Join" -> this::join;
            case "Leave" -> this::leave;
            // Nothing to do: no cluster, and ports are not published.
            case "DiscoverNew",
                    "DiscoverDelete",
                    "ProgramExternalConnectivity",
                    "RevokeExternalConnectivity",
                    "AllocateNetwork",
                    "FreeNetwork" -> request -> DONE;
            default -> null;
        };
    }

    private Map<String, Object> createNetwork(JsonNode request) throws DriverException {
        driver.createNetwork(network(request), options(request.path("Options").path(GENERIC)));
        return DONE;
    }

    private Map<String, Object> deleteNetwork(JsonNode request) throws DriverException {
        driver.deleteNetwork(network(request));
        return DONE;
    }

    private Map<String, Object> createEndpoint(JsonNode request) throws DriverException {
        JsonNode wanted = request.path("Interface");
        String address = Addresses.ipv4(text(wanted, "Address"));
        Addresses.withoutPrefix(text(wanted, "AddressIPv6"));
        String mac = driver.createEndpoint(
                network(request),
                endpoint(request),
                address,
                Addresses.mac(text(wanted, "MacAddress")),
                options(request.path("Options")));
        if (!request.path("Options").path(PUBLISHED).isEmpty()) {
            driver.warnOfPublishedPorts(network(request), endpoint(request));
        }
        return Map.of("Interface", mac.isEmpty() ? Map.of() : Map.of("MacAddress", mac));
    }

    private Map<String, Object> deleteEndpoint(JsonNode request) throws DriverException {
        network(request);
        driver.deleteEndpoint(endpoint(request));
        return DONE;
    }

    private Map<String, Object> describe(JsonNode request) throws DriverException {
        return Map.of("Value", driver.describe(network(request), endpoint(request)));
    }

    private Map<String, Object> join(JsonNode request) throws DriverException {
        String sandbox = text(request, "SandboxKey");
        if (!PATH.matcher(sandbox).matches() || sandbox.contains("..")) {
            throw new DriverException(
                    "SandboxKey '" + NetworkOptions.printable(sandbox) + "' is no path of a network namespace");
        }
        NetworkDriver.Joining joining = driver.join(network(request), endpoint(request), sandbox);
        return Map.of(
                "InterfaceName",
                Map.of("SrcName", joining.moved(), "DstPrefix", "eth"),
                "DisableGatewayService",
                !joining.hasDockersGateway());
    }

    private Map<String, Object> leave(JsonNode request) throws DriverException {
        driver.leave(network(request), endpoint(request));
        return DONE;
    }

    private static String network(JsonNode request) throws DriverException {
        return id(request, "NetworkID");
    }

    private static String endpoint(JsonNode request) throws DriverException {
        return id(request, "EndpointID");
    }

    private static String id(JsonNode request, String field) throws DriverException {
        String id = text(request, field);
        if (!ID.matcher(id).matches()) {
            throw new DriverException(field + " '" + NetworkOptions.printable(id) + "' is no id");
        }
        return id;
    }

    private static String text(JsonNode node, String field) throws DriverException {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw new DriverException(field + " is no text");
        }
        return value.stringValue();
    }

    /** Options of users, which are texts. Docker's own, which may be anything, are left out. */
    private static Map<String, String> options(JsonNode node) throws DriverException {
        Map<String, String> options = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            if (each.getValue().isString()) {
                options.put(each.getKey(), each.getValue().stringValue());
            } else if (!each.getKey().startsWith("com.docker.")) {
                throw new DriverException("option '" + NetworkOptions.printable(each.getKey()) + "' is no text");
            }
        }
        return options;
    }
}
