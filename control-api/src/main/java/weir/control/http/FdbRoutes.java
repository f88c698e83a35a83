// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weir.control.http.Answers.Reply;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.StaticEntry;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;
import weir.core.FdbInfo;
import weir.core.Switch;
import weir.core.fdb.MacAddress;
import weir.core.port.VlanMode;

/** {@code /v1/switches/SWITCH/fdb}: shows, adds, flushes and deletes entries of the forwarding database. */
final class FdbRoutes implements Routes {
    private static final int CREATED = 201;
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 1_000_000;
    private static final int ANY = -1;

    private final ControlPlane plane;
    private final LiveSwitches live;

    FdbRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/switches/:switch/fdb", this::show)
                .onJson(POST, "/v1/switches/:switch/fdb", this::add)
                .on(DELETE, "/v1/switches/:switch/fdb", this::flush)
                .on(DELETE, "/v1/switches/:switch/fdb/:vlan/:mac", this::delete);
    }

    private Object show(Request request) throws ControlException {
        int limit = request.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        int kind = request.number("static", 0, 1, ANY);
        String mac = mac(request.query("mac"));
        String name = request.path("switch");
        plane.require(name);
        Predicate<FdbInfo> filter = filter(request)
                .and(entry -> kind == ANY || entry.isStatic() == (kind == 1))
                .and(entry -> mac.isEmpty() || entry.mac().equals(mac));
        request.end();
        return live.with(name, (sw, definition) -> {
            List<FdbInfo> entries = sw.fdb().stream().filter(filter).toList();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("switch", name);
            answer.put("count", entries.size());
            answer.put("left_out", Math.max(0, entries.size() - limit));
            answer.put(
                    "entries",
                    entries.stream().limit(limit).map(FdbRoutes::json).toList());
            return answer;
        });
    }

    private static Map<String, Object> json(FdbInfo entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("vlan", entry.vlan());
        json.put("mac", entry.mac());
        json.put("port", entry.port());
        json.put("static", entry.isStatic());
        json.put("age_seconds", entry.ageSeconds());
        return json;
    }

    /** The filters that showing and flushing have. */
    private Predicate<FdbInfo> filter(Request request) throws ControlException {
        int vlan = request.number("vlan", 0, VlanMode.MAX_VLAN, ANY);
        String port = request.query("port");
        if (port != null) {
            plane.requirePort(request.path("switch"), port);
        }
        return entry -> (vlan == ANY || entry.vlan() == vlan)
                && (port == null || entry.port().equals(port));
    }

    private static String mac(@Nullable String text) throws ControlException {
        return text == null ? "" : MacAddress.toString(parseMac(text));
    }

    private static long parseMac(String text) throws ControlException {
        try {
            return MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw ControlException.invalid("", String.valueOf(e.getMessage()), "");
        }
    }

    private Object add(Request request) throws ControlException, DefinitionErrors {
        request.end();
        String name = request.path("switch");
        plane.require(name);
        StaticEntry entry = TopologyReader.staticEntry(request.json());
        request.concerns("mac", MacAddress.toString(entry.mac()));
        PortRoutes.change(plane, name, ChangeOptions.DEFAULT, definition -> {
            if (definition.fdb().contains(entry)) {
                throw ControlException.conflict(
                        MacAddress.toString(entry.mac()) + " is a static entry of " + name + " already", "");
            }
            plane.requirePort(name, entry.port());
            Set<StaticEntry> entries = new LinkedHashSet<>(definition.fdb());
            entries.add(entry);
            return definition.withFdb(entries);
        });
        return new Reply(CREATED, TopologyJson.of(entry));
    }

    private Object flush(Request request) throws ControlException {
        String name = request.path("switch");
        plane.require(name);
        Predicate<FdbInfo> filter = filter(request);
        boolean isAll = request.query("vlan") == null && request.query("port") == null;
        request.end();
        return live.with(name, (sw, definition) -> {
            List<FdbInfo> learned = sw.fdb().stream()
                    .filter(entry -> !entry.isStatic())
                    .filter(filter)
                    .toList();
            if (isAll) {
                sw.flushFdb();
            } else {
                learned.forEach(entry -> remove(sw, entry));
            }
            return Map.of("flushed", learned.size());
        });
    }

    private static void remove(Switch sw, FdbInfo entry) {
        sw.removeFdb(entry.vlan(), MacAddress.parse(entry.mac()));
    }

    private @Nullable Object delete(Request request) throws ControlException {
        request.end();
        String name = request.path("switch");
        plane.require(name);
        int vlan = vlan(request.path("vlan"));
        long mac = parseMac(request.path("mac"));
        SwitchDefinition wanted = plane.topology().find(name);
        if (wanted != null && wanted.fdb().stream().anyMatch(entry -> isAt(entry, vlan, mac))) {
            PortRoutes.change(plane, name, ChangeOptions.DEFAULT, definition -> {
                Set<StaticEntry> entries = new LinkedHashSet<>(definition.fdb());
                entries.removeIf(entry -> isAt(entry, vlan, mac));
                return definition.withFdb(entries);
            });
            return null;
        }
        live.with(name, (sw, definition) -> {
            if (!sw.removeFdb(vlan, mac)) {
                throw ControlException.notFound(
                        "no entry " + MacAddress.toString(mac) + " VLAN " + vlan + " on switch " + name,
                        "'weir fdb show " + name + "' lists those that there are");
            }
            return true;
        });
        return null;
    }

    private static boolean isAt(StaticEntry entry, int vlan, long mac) {
        return entry.vlan() == vlan && entry.mac() == mac;
    }

    private static int vlan(String text) throws ControlException {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) > VlanMode.MAX_VLAN) {
            throw ControlException.invalid("", "'" + text + "' is no VLAN", "VLANs are 1 to 4094, or 0 for none");
        }
        return Integer.parseInt(text);
    }
}
