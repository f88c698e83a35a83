// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.program.LiveMap;
import weir.control.program.MapSetting;
import weir.control.program.ReplayException;
import weir.control.report.MapView;
import weir.control.report.ProgramView;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.TopologyReader;
import weir.core.Switch;
import weir.core.program.AttachedProgram;
import weir.ebpf.map.MapSpec;

/** {@code /v1/maps}: lists maps of programs; shows, sets and deletes entries by their types. */
final class MapRoutes implements Routes {
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 100_000;
    private static final int ID_PARTS = 3;

    private final ControlPlane plane;
    private final LiveSwitches live;

    MapRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/maps", this::list)
                .on(GET, "/v1/maps/:id/entries", this::entries)
                .onJson(PUT, "/v1/maps/:id/entries", this::put)
                .on(DELETE, "/v1/maps/:id/entries", this::delete);
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, MapView> maps = new LinkedHashMap<>();
        for (Map.Entry<String, Switch> each : plane.switches().entrySet()) {
            for (AttachedProgram program : each.getValue().programs().all()) {
                addMaps(maps, each.getKey(), program);
            }
        }
        return Map.of("maps", maps);
    }

    private static void addMaps(Map<String, MapView> maps, String switchName, AttachedProgram program) {
        for (MapSpec spec : program.maps()) {
            maps.put(
                    ProgramView.mapId(switchName, program.place(), spec.name()), MapView.of(switchName, program, spec));
        }
    }

    /** What is done with a map. */
    @FunctionalInterface
    private interface Use<T extends @Nullable Object> {
        T apply(LiveMap map) throws ReplayException;
    }

    /** @param pointer where the request names the entry, if it is wrong */
    private <T extends @Nullable Object> T with(String id, String pointer, Use<T> use) throws ControlException {
        String[] parts = id.split(":", ID_PARTS);
        if (parts.length < ID_PARTS || parts[0].isEmpty() || parts[2].isEmpty()) {
            throw ControlException.notFound(
                    "no map '" + id + "'", "maps are named SWITCH::MAP or SWITCH:PORT:MAP; 'weir map list' shows them");
        }
        return live.withProgram(parts[0], parts[1].isEmpty() ? null : parts[1], program -> {
            try {
                return use.apply(LiveMap.of(program, parts[2]));
            } catch (ReplayException e) {
                throw ControlException.of(e, pointer);
            }
        });
    }

    private Object entries(Request request) throws ControlException {
        String key = request.query("key");
        int limit = request.number("limit", 0, MAX_LIMIT, DEFAULT_LIMIT);
        request.end();
        return with(request.path("id"), "", map -> key == null ? map.dump(limit) : map.lookup(key));
    }

    private @Nullable Object put(Request request) throws ControlException, DefinitionErrors {
        request.end();
        String id = request.path("id");
        with(id, "", map -> true);
        MapSetting setting = TopologyReader.mapSetting(request.json());
        request.concerns("key", setting.key());
        return with(id, "/value", map -> {
            map.update(setting.key(), setting.value());
            return null;
        });
    }

    private @Nullable Object delete(Request request) throws ControlException {
        String key = request.query("key");
        request.end();
        if (key == null) {
            throw ControlException.invalid("", "parameter 'key' is missing", "write entries?key=KEY");
        }
        return with(request.path("id"), "", map -> {
            map.delete(key);
            return null;
        });
    }
}
