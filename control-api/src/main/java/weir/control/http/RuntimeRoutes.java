// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.GET;

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
        new Endpoints(router).on(GET, "/v1/switches/:switch/runtime", this::show);
    }

    private Object show(Request request) throws ControlException {
        request.end();
        String name = request.path("switch");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("switch", name);
        json.put("workers", RuntimeReport.of(plane.require(name)).workers());
        return json;
    }
}
