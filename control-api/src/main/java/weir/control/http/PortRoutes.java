// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.http.Answers.Reply;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.report.PortView;
import weir.control.report.SwitchView;
import weir.control.run.PortNames;
import weir.control.run.PortSpecs;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.PortDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.Topology;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;
import weir.core.port.PortException;

/** {@code /v1/switches/SWITCH/ports}: attaches, lists, shows, changes and detaches ports. */
final class PortRoutes implements Routes {
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final ControlPlane plane;
    private final LiveSwitches live;

    PortRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/switches/:switch/ports", this::list)
                .onJson(POST, "/v1/switches/:switch/ports", this::attach)
                .on(GET, "/v1/switches/:switch/ports/:port", this::show)
                .onJson(PUT, "/v1/switches/:switch/ports/:port", this::put)
                .onJson(PATCH, "/v1/switches/:switch/ports/:port", this::patch)
                .on(DELETE, "/v1/switches/:switch/ports/:port", this::detach);
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> answer = new LinkedHashMap<>();
        String name = request.path("switch");
        answer.put("switch", name);
        answer.put(
                "ports",
                live.with(name, (sw, definition) -> SwitchView.ports(sw, definition, plane.failedPorts(name))));
        return answer;
    }

    private Object show(Request request) throws ControlException {
        request.end();
        return show(request.path("switch"), request.path("port"));
    }

    private PortView show(String switchName, String port) throws ControlException {
        return live.with(switchName, (sw, definition) -> {
            PortDefinition wanted = definition.ports().get(port);
            return wanted != null && plane.failedPorts(switchName).contains(port)
                    ? PortView.failed(sw, port, wanted)
                    : PortView.of(sw, plane.requirePort(switchName, port), wanted);
        });
    }

    private Object attach(Request request) throws ControlException, DefinitionErrors {
        request.end();
        String switchName = request.path("switch");
        plane.require(switchName);
        JsonNode body = request.json();
        String wanted = name(body);
        request.concerns("name", wanted);
        PortDefinition port = TopologyReader.portDefinition(body, "name");
        request.concerns("spec", port.spec());
        if (!wanted.isEmpty()) {
            LiveSwitches.requireName(wanted, "/name");
        }
        AtomicReference<String> name = new AtomicReference<>(wanted);
        change(switchName, ChangeOptions.DEFAULT, definition -> {
            if (wanted.isEmpty()) {
                name.set(freeName(port, definition.ports().keySet()));
            } else if (definition.ports().containsKey(wanted)) {
                throw ControlException.conflict(
                        "port " + wanted + " is on switch " + switchName + " already",
                        "choose another name, or detach it first");
            }
            plane.requireFreeNumber(switchName, name.get(), port.number());
            return definition.withPort(name.get(), port);
        });
        if (wanted.isEmpty()) {
            request.concerns("name", name.get());
        }
        return new Reply(CREATED, show(switchName, name.get()));
    }

    /** The field {@code name} of a body; empty where there is none. */
    static String name(JsonNode body) throws ControlException {
        JsonNode name = body.path("name");
        if (name.isMissingNode() || name.isNull()) {
            return "";
        }
        if (!name.isString()) {
            throw ControlException.invalid("/name", "'name' is not text", "");
        }
        return name.stringValue();
    }

    private static String freeName(PortDefinition port, Set<String> taken) throws ControlException {
        try {
            String name = PortNames.free(PortSpecs.parse(port.spec()).name(), taken);
            if (TopologyReader.isName(name)) {
                return name;
            }
            throw ControlException.invalid(
                    "/name", "'" + name + "', what '" + port.spec() + "' is called, is no name", "give it a name");
        } catch (PortException e) {
            throw ControlException.invalid("/spec", String.valueOf(e.getMessage()), e.hint());
        }
    }

    private Object put(Request request) throws ControlException, DefinitionErrors {
        request.end();
        String switchName = request.path("switch");
        String name = request.path("port");
        plane.require(switchName);
        LiveSwitches.requireName(name, "");
        PortDefinition port = TopologyReader.portDefinition(request.json());
        AtomicReference<@Nullable PortDefinition> before = new AtomicReference<>();
        change(switchName, ChangeOptions.DEFAULT, definition -> {
            before.set(definition.ports().get(name));
            plane.requireFreeNumber(switchName, name, port.number());
            return definition.withPort(name, port);
        });
        return new Reply(before.get() == null ? CREATED : OK, show(switchName, name));
    }

    private Object patch(Request request) throws ControlException {
        request.end();
        String switchName = request.path("switch");
        String name = request.path("port");
        plane.requirePort(switchName, name);
        JsonNode body = request.json();
        if (!body.isObject()) {
            throw ControlException.invalid("", "a merge patch is an object", "write only the fields that change");
        }
        change(switchName, ChangeOptions.DEFAULT, definition -> {
            PortDefinition port = definition.ports().get(name);
            if (port == null) {
                throw ControlException.notFound("port " + name + " has just been detached", "");
            }
            JsonNode merged = MergePatch.apply(Answers.JSON.valueToTree(TopologyJson.of(port)), body);
            try {
                PortDefinition patched = TopologyReader.portDefinition(merged);
                plane.requireFreeNumber(switchName, name, patched.number());
                return definition.withPort(name, patched);
            } catch (DefinitionErrors e) {
                throw ControlException.of(e);
            }
        });
        return show(switchName, name);
    }

    private @Nullable Object detach(Request request) throws ControlException {
        request.end();
        String switchName = request.path("switch");
        String name = request.path("port");
        change(switchName, ChangeOptions.DEFAULT, definition -> {
            if (!definition.ports().containsKey(name)) {
                plane.requirePort(switchName, name);
            }
            return definition.withoutPort(name);
        });
        return null;
    }

    /** What a request makes of a switch. */
    @FunctionalInterface
    interface SwitchChange {
        SwitchDefinition of(SwitchDefinition now) throws ControlException;
    }

    private void change(String switchName, ChangeOptions options, SwitchChange change) throws ControlException {
        change(plane, switchName, options, change);
    }

    /** Changes a switch that is there. */
    static void change(ControlPlane plane, String switchName, ChangeOptions options, SwitchChange change)
            throws ControlException {
        plane.change(
                (Topology now) -> {
                    SwitchDefinition definition = now.find(switchName);
                    if (definition == null) {
                        plane.require(switchName);
                        throw ControlException.notFound("switch '" + switchName + "' has just been deleted", "");
                    }
                    return now.with(switchName, change.of(definition));
                },
                options);
    }
}
