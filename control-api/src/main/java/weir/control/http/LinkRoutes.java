// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.report.LinkView;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.TopologyReader;
import weir.core.LinkInfo;
import weir.core.Switch;
import weir.core.link.LinkSettings;

/** {@code /v1/links}: lists, shows, sets and clears what is done to frames of ports. */
final class LinkRoutes implements Routes {
    private final ControlPlane plane;
    private final LiveSwitches live;
    private final ConfiguredLinks configured;

    LinkRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
        configured = new ConfiguredLinks(plane);
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .on(GET, "/v1/links", this::list)
                .on(GET, "/v1/links/:switch/:port", this::show)
                .onJson(PUT, "/v1/links/:switch/:port", this::set)
                .on(DELETE, "/v1/links/:switch/:port", this::clear);
    }

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> links = new LinkedHashMap<>();
        for (String name : plane.switches().keySet()) {
            live.with(name, (sw, definition) -> {
                sw.links()
                        .all()
                        .forEach(link -> links.put(
                                name + ":" + link.port(),
                                LinkView.of(name, link, definition.ports().get(link.port()))));
                return true;
            });
        }
        return Map.of("links", links);
    }

    private Object show(Request request) throws ControlException {
        request.end();
        return show(request.path("switch"), request.path("port"));
    }

    private LinkView show(String switchName, String port) throws ControlException {
        plane.requirePort(switchName, port);
        return live.with(switchName, (sw, definition) -> {
            Optional<LinkInfo> link = sw.links().show(port);
            if (link.isEmpty()) {
                throw ControlException.notFound("port " + port + " has just been detached", "");
            }
            return LinkView.of(switchName, link.get(), definition.ports().get(port));
        });
    }

    private Object set(Request request) throws ControlException, DefinitionErrors {
        request.end();
        String switchName = request.path("switch");
        String port = request.path("port");
        plane.requirePort(switchName, port);
        LinkSettings settings = TopologyReader.linkSettings(request.json());
        boolean isLasting = settings.forNanos() == 0;
        if (isLasting) {
            configure(switchName, port, settings);
        }
        live.with(switchName, (sw, definition) -> {
            if (!isLasting || !settings.equals(inForce(sw, port))) {
                configured.restoreOn(switchName, sw);
                sw.links().set(port, settings);
            }
            return true;
        });
        return show(switchName, port);
    }

    private @Nullable Object clear(Request request) throws ControlException {
        request.end();
        String switchName = request.path("switch");
        String port = request.path("port");
        plane.requirePort(switchName, port);
        configure(switchName, port, null);
        live.with(switchName, (sw, definition) -> sw.links().clear(port));
        return null;
    }

    private void configure(String switchName, String port, @Nullable LinkSettings settings) throws ControlException {
        PortRoutes.change(
                plane,
                switchName,
                ChangeOptions.DEFAULT,
                definition -> definition.changePort(port, old -> old.withLink(settings)));
    }

    private static @Nullable LinkSettings inForce(Switch sw, String port) {
        return sw.links().show(port).flatMap(LinkInfo::settings).orElse(null);
    }
}
