// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.GET;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.control.cli.WeirVersion;
import weir.control.plane.ControlException;
import weir.control.topology.TopologyReader;

/** {@code /v1/version}: what answers. */
final class VersionRoutes implements Routes {
    @Override
    public void mount(Router router) {
        new Endpoints(router).on(GET, "/v1/version", VersionRoutes::version);
    }

    private static Object version(Request request) throws ControlException {
        request.end();
        Map<String, String> version = new LinkedHashMap<>();
        version.put("version", WeirVersion.number());
        version.put("commit", WeirVersion.commit());
        version.put("api", TopologyReader.API_VERSION);
        version.put("java", Runtime.version().toString());
        version.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return version;
    }
}
