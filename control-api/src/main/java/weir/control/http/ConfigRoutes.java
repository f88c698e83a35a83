// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.Action;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.Topology;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;
import weir.control.topology.TopologyVersion;

/** {@code /v1/apply} and {@code /v1/config}: the topology as a whole. */
final class ConfigRoutes implements Routes {
    private final ControlPlane plane;

    ConfigRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router)
                .onJson(POST, "/v1/apply", this::apply)
                .on(GET, "/v1/config", this::config)
                .onJson(PUT, "/v1/config", this::apply);
    }

    private Object config(Request request) throws ControlException {
        request.end();
        Topology now = plane.topology();
        request.answersWith(TopologyVersion.of(now));
        return TopologyJson.of(now);
    }

    private Object apply(Request request) throws ControlException, DefinitionErrors {
        ChangeOptions options = request.changeOptions();
        request.end();
        Topology wanted = TopologyReader.topology(request.json());
        List<Action> actions = plane.change(now -> wanted, options);
        if (!options.dryRun()) {
            request.answersWith(TopologyVersion.of(wanted));
        }
        return plan(actions, options.dryRun());
    }

    private static Map<String, Object> plan(List<Action> actions, boolean dryRun) {
        List<Object> steps = new ArrayList<>();
        for (Action action : actions) {
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("sign", action.kind().sign());
            step.put("place", action.place());
            step.put("text", action.text());
            steps.add(step);
        }
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("dry_run", dryRun);
        plan.put("actions", steps);
        return plan;
    }
}
