// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.SwitchDefinition;

/** {@code /v1/switches}: makes, lists, shows and deletes switches. */
final class SwitchRoutes implements Routes {
    private final ControlPlane plane;

    SwitchRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void mount(Router router) {
        router.get("/v1/switches").handler(context -> Answers.blocking(context, 200, this::list));
        router.post("/v1/switches").handler(BodyHandler.create(false)).handler(this::create);
        router.delete("/v1/switches/:switch").handler(this::delete);
    }

    private Object list() {
        Map<String, Object> switches = new TreeMap<>();
        plane.topology()
                .switches()
                .forEach((name, definition) ->
                        switches.put(name, Map.of("ports", definition.ports().size())));
        return Map.of("switches", switches);
    }

    private void create(RoutingContext context) {
        JsonNode body = Answers.body(context);
        String name = body.path("name").asString("");
        ChangeOptions options = Answers.changeOptions(context);
        Answers.blocking(context, 201, () -> {
            plane.change(
                    now -> {
                        if (now.find(name) != null) {
                            throw ControlException.conflict(
                                    "switch " + name + " is there already", "choose another name");
                        }
                        return now.with(name, SwitchDefinition.DEFAULT);
                    },
                    options);
            return Map.of("name", name);
        });
    }

    private void delete(RoutingContext context) {
        String name = String.valueOf(context.pathParam("switch"));
        ChangeOptions options = Answers.changeOptions(context);
        Answers.blocking(context, 204, () -> {
            plane.require(name);
            plane.change(now -> now.without(name), options);
            return null;
        });
    }
}
