// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import weir.control.plane.ControlPlane;
import weir.control.report.RuntimeReport;

/** {@code /v1/switches/{switch}/runtime}: what the workers did. */
final class RuntimeRoutes implements Routes {
    private final ControlPlane plane;

    RuntimeRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void mount(Router router) {
        router.get("/v1/switches/:switch/runtime")
                .handler(context -> Answers.blocking(
                        context,
                        200,
                        () -> RuntimeReport.of(plane.require(String.valueOf(context.pathParam("switch"))))));
    }
}
