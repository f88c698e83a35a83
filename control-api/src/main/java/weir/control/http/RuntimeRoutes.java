// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.plane.ControlException;
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
                .handler(context ->
                        Answers.blocking(context, 200, () -> show(String.valueOf(context.pathParam("switch")))));
    }

    private Object show(String name) throws ControlException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("switch", name);
        json.put("workers", RuntimeReport.of(plane.require(name)).workers());
        return json;
    }
}
