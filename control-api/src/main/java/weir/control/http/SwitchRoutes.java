// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.http.Answers.Reply;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.report.StatsView;
import weir.control.report.SwitchView;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyReader;

/** {@code /v1/switches}: makes, lists, shows, changes and deletes switches; their counters. */
final class SwitchRoutes implements Routes {
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final ControlPlane plane;
    private final LiveSwitches live;

    SwitchRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/switches", this::list)
                .onJson(POST, "/v1/switches", this::create)
                .on(GET, "/v1/switches/:switch", this::show)
                .onJson(PUT, "/v1/switches/:switch", this::put)
                .on(DELETE, "/v1/switches/:switch", this::delete)
                .on(GET, "/v1/switches/:switch/stats", this::stats);
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> switches = new LinkedHashMap<>();
        for (String name : plane.switches().keySet()) {
            switches.put(name, live.with(name, SwitchView.Summary::of));
        }
        return Map.of("switches", switches);
    }

    private Object show(Request request) throws ControlException {
        request.end();
        return show(request.path("switch"));
    }

    private SwitchView show(String name) throws ControlException {
        return live.with(name, (sw, definition) -> SwitchView.of(sw, definition, plane.failedPorts(name)));
    }

    private Object create(Request request) throws ControlException, DefinitionErrors {
        request.end();
        JsonNode body = request.json();
        String name = PortRoutes.name(body);
        request.concerns("name", name);
        SwitchDefinition definition = TopologyReader.switchDefinition(body, "name");
        LiveSwitches.requireName(name, "/name");
        plane.change(
                now -> {
                    if (now.find(name) != null) {
                        throw ControlException.conflict(
                                "switch " + name + " is there already", "choose another name, or delete it first");
                    }
                    return now.with(name, definition);
                },
                ChangeOptions.DEFAULT);
        return new Reply(CREATED, show(name));
    }

    private Object put(Request request) throws ControlException, DefinitionErrors {
        boolean keepMaps = request.flag("keepMaps");
        request.end();
        SwitchDefinition definition = TopologyReader.switchDefinition(request.json());
        String name = request.path("switch");
        LiveSwitches.requireName(name, "");
        AtomicBoolean isNew = new AtomicBoolean();
        plane.change(
                now -> {
                    isNew.set(now.find(name) == null);
                    return now.with(name, definition);
                },
                new ChangeOptions(false, keepMaps));
        return new Reply(isNew.get() ? CREATED : OK, show(name));
    }

    private @Nullable Object delete(Request request) throws ControlException {
        request.end();
        String name = request.path("switch");
        plane.change(
                now -> {
                    if (now.find(name) == null) {
                        plane.require(name);
                    }
                    return now.without(name);
                },
                ChangeOptions.DEFAULT);
        return null;
    }

    private Object stats(Request request) throws ControlException {
        request.end();
        return live.with(request.path("switch"), (sw, definition) -> StatsView.of(sw));
    }
}
