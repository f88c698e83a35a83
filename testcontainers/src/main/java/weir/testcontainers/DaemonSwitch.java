// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.client.ApiPath;
import weir.control.client.ApiRequest;
import weir.control.client.ApiStream;
import weir.control.client.DaemonClient;
import weir.control.client.DaemonException;
import weir.control.program.ViolationReport;
import weir.core.counter.DropReason;

/** One switch of a daemon, by the daemon's API. Every failure is a {@link WeirException}. Any thread. */
final class DaemonSwitch {
    private static final int NOT_FOUND = 404;
    private static final String NO_ENTRY = "no entry "; // else it is the map or the program that is not there
    private static final Map<String, DropReason> REASONS = reasons();

    private final DaemonClient client;
    private final String name;

    DaemonSwitch(DaemonClient client, String name) {
        this.client = client;
        this.name = name;
    }

    private static Map<String, DropReason> reasons() {
        Map<String, DropReason> reasons = new HashMap<>();
        DropReason.ALL.forEach(reason -> reasons.put(reason.label(), reason));
        return reasons;
    }

    private static <T> T ask(Supplier<T> request) {
        try {
            return request.get();
        } catch (DaemonException e) {
            throw failure(e);
        }
    }

    private static WeirException failure(DaemonException e) {
        StringBuilder cause = new StringBuilder(String.valueOf(e.getMessage()));
        for (ViolationReport each : e.refusal().violations()) {
            if (cause.indexOf(each.message()) < 0) {
                cause.append("\n  ").append(each.message());
            }
        }
        return new WeirException(cause.toString(), e.hint(), e);
    }

    // ---- ports ---------------------------------------------------------------------------------------

    /** A port at one moment. */
    record Port(String name, WeirCounters counters) {}

    /** Its ports, by the interface that each has on the host. */
    Map<String, Port> ports() {
        JsonNode answer = ask(() -> client.json(ApiRequest.get(ApiPath.of("switches", name, "ports"))));
        Map<String, Port> ports = new LinkedHashMap<>();
        answer.path("ports")
                .forEachEntry((port, json) ->
                        ports.put(interfaceOf(json.path("spec").asString("")), new Port(port, counters(json))));
        return ports;
    }

    /** {@code tap:NAME?...} or {@code packet:NAME}. */
    private static String interfaceOf(String spec) {
        return spec.substring(spec.indexOf(':') + 1).replaceFirst("\\?.*", "");
    }

    private static WeirCounters counters(JsonNode port) {
        return new WeirCounters(
                port.path("received").asLong(0),
                port.path("received_bytes").asLong(0),
                port.path("transmitted").asLong(0),
                port.path("transmitted_bytes").asLong(0),
                drops(port.path("drops")));
    }

    private static Map<DropReason, Long> drops(JsonNode drops) {
        Map<DropReason, Long> frames = new EnumMap<>(DropReason.class);
        drops.forEachEntry((label, count) -> {
            DropReason reason = REASONS.get(label);
            if (reason == null) {
                throw new WeirException(
                        "the daemon drops for '" + label + "', which is not known here",
                        "use weir-testcontainers of the daemon's version");
            }
            frames.put(reason, count.asLong(0));
        });
        return frames;
    }

    /** Drops of all ports, those included that are gone. */
    Map<DropReason, Long> drops() {
        return drops(ask(() -> client.json(ApiRequest.get(ApiPath.of("switches", name, "stats"))))
                .path("drops"));
    }

    // ---- links ---------------------------------------------------------------------------------------

    void setLink(String port, String settings) {
        ask(() -> client.json(ApiRequest.put(ApiPath.of("links", name, port)).withJson(Map.of("settings", settings))));
    }

    void clearLink(String port) {
        ask(() -> client.json(ApiRequest.delete(ApiPath.of("links", name, port))));
    }

    // ---- programs ------------------------------------------------------------------------------------

    /** Loads what an object file holds, in place of the program before. */
    void load(byte[] object, String program) {
        String digest = ask(() -> client.json(
                        ApiRequest.post(ApiPath.of("objects")).withBody("application/octet-stream", object)))
                .path("object")
                .asString("");
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("object", digest);
        if (!program.isEmpty()) {
            wanted.put("program", program);
        }
        ask(() -> client.json(
                ApiRequest.put(ApiPath.of("switches", name, "program")).withJson(wanted)));
    }

    /** Nothing is done when there is none. */
    void unload() {
        try {
            client.json(ApiRequest.delete(ApiPath.of("switches", name, "program")));
        } catch (DaemonException e) {
            if (e.refusal().status() != NOT_FOUND) {
                throw failure(e);
            }
        }
    }

    private ApiPath entries(String map) {
        return ApiPath.of("maps", name + "::" + map, "entries");
    }

    void put(String map, String key, String value) {
        ask(() -> client.json(ApiRequest.put(entries(map)).withJson(Map.of("key", key, "value", value))));
    }

    /** The value as text; null when there is no such entry. */
    @Nullable
    String get(String map, String key) {
        JsonNode entries;
        try {
            entries = client.json(ApiRequest.get(entries(map).with("key", key))).path("entries");
        } catch (DaemonException e) {
            if (e.refusal().status() == NOT_FOUND
                    && String.valueOf(e.getMessage()).startsWith(NO_ENTRY)) {
                return null;
            }
            throw failure(e);
        }
        JsonNode entry = entries.path(0).path("value");
        return entry.isMissingNode() ? null : entry.isString() ? entry.stringValue() : entry.toString();
    }

    // ---- captures ------------------------------------------------------------------------------------

    /** A capture that has begun. */
    record Stream(ApiStream blocks, int id) {}

    /**
     * Captures all ports, drops included.
     *
     * @param frames after which it ends; 0 for no limit
     */
    Stream capture(int frames) {
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("switch", name);
        wanted.put("drops", "also");
        if (frames > 0) {
            wanted.put("frames", frames);
        }
        Set<Integer> before = captures();
        ApiStream blocks =
                ask(() -> client.stream(ApiRequest.post(ApiPath.of("captures")).withJson(wanted)));
        // The switch is this network's own, and so are its captures: the one that has come is ours.
        Set<Integer> now = captures();
        now.removeAll(before);
        return new Stream(blocks, now.isEmpty() ? 0 : now.iterator().next());
    }

    private Set<Integer> captures() {
        Set<Integer> ids = new TreeSet<>();
        ask(() -> client.json(ApiRequest.get(ApiPath.of("captures"))))
                .path("captures")
                .forEachEntry((id, json) -> {
                    if (json.path("switch").asString("").equals(name)) {
                        ids.add(Integer.parseInt(id));
                    }
                });
        return ids;
    }

    /** Ends a capture, whose stream then comes to its end. Nothing is done when it has ended. */
    void endCapture(int id) {
        try {
            client.json(ApiRequest.delete(ApiPath.of("captures", Integer.toString(id))));
        } catch (DaemonException e) {
            if (e.refusal().status() != NOT_FOUND) {
                throw failure(e);
            }
        }
    }
}
