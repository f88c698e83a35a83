// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import weir.control.plane.Readiness;

/** {@code /livez}: somebody answers. {@code /readyz}: the configuration is in force. */
final class HealthRoutes implements Routes {
    private static final int UNAVAILABLE = 503;

    private final Readiness readiness;

    HealthRoutes(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public void mount(Router router) {
        router.get("/livez").handler(HealthRoutes::ok);
        router.get("/readyz").handler(this::ready);
    }

    private static void ok(RoutingContext context) {
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Answers.JSON.writeValueAsString(Map.of("status", "ok")));
    }

    private void ready(RoutingContext context) {
        Optional<String> missing = readiness.missing();
        if (missing.isEmpty()) {
            ok(context);
            return;
        }
        Answers.problem(context, new Problem(UNAVAILABLE, "unavailable", missing.get(), "the daemon's log has more"));
    }
}
