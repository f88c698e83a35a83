// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.control.plane.ControlException;
import weir.control.plane.ControlException.Code;
import weir.control.plane.ControlException.FieldError;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.topology.Action;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.SourceText;
import weir.control.topology.TextErrors;
import weir.control.topology.Topology;
import weir.control.topology.TopologyJson;
import weir.control.topology.TopologyReader;

/** {@code /v1/apply} and {@code /v1/config}: the topology as a whole. */
final class ConfigRoutes implements Routes {
    private final ControlPlane plane;

    ConfigRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void mount(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(SourceText.MAX_BYTES);
        router.post("/v1/apply")
                .handler(body)
                .handler(context -> Answers.blocking(context, 200, () -> apply(context, options(context))));
        router.get("/v1/config")
                .handler(context -> Answers.blocking(context, 200, () -> TopologyJson.of(plane.topology())));
        router.put("/v1/config")
                .handler(body)
                .handler(context -> Answers.blocking(context, 200, () -> apply(context, ChangeOptions.DEFAULT)));
    }

    private static ChangeOptions options(RoutingContext context) throws ControlException {
        return new ChangeOptions(isSet(context, "dryRun"), isSet(context, "keepMaps"));
    }

    private static boolean isSet(RoutingContext context, String parameter) throws ControlException {
        String value = context.queryParams().get(parameter);
        return switch (value == null ? "0" : value) {
            case "0" -> false;
            case "1" -> true;
            default ->
                throw new ControlException(
                        Code.INVALID, "'" + parameter + "' is neither 0 nor 1", "write ?" + parameter + "=1");
        };
    }

    private Map<String, Object> apply(RoutingContext context, ChangeOptions options) throws ControlException {
        Buffer body = context.body().buffer();
        Topology wanted = topology(body == null ? new byte[0] : body.getBytes());
        return plan(plane.change(now -> wanted, options), options.dryRun());
    }

    private static Topology topology(byte[] body) throws ControlException {
        try {
            SourceText text = SourceText.parse(body, SourceText.Format.JSON);
            return TopologyReader.topology(text.root());
        } catch (DefinitionErrors e) {
            DefinitionErrors.Place first = e.places().getFirst();
            throw refused(
                    first.cause(),
                    first.hint(),
                    e.places().stream()
                            .map(place -> new FieldError(place.pointer(), place.cause()))
                            .toList());
        } catch (TextErrors e) {
            TextErrors.Fault fault = e.faults().getFirst();
            String cause = "line " + fault.position().line() + ", column "
                    + fault.position().column() + ": " + fault.cause();
            throw refused(cause, fault.hint(), List.of(new FieldError(fault.pointer(), cause)));
        }
    }

    private static ControlException refused(String cause, String hint, List<FieldError> errors) {
        return new ControlException(Code.INVALID, cause, hint, errors, List.of(), null);
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
