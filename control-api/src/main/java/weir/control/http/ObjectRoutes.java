// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.POST;

import io.vertx.ext.web.Router;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import weir.control.http.Answers.Reply;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ObjectStore.Kept;
import weir.control.program.LiveMap;
import weir.ebpf.ObjectFile;

/** {@code /v1/objects}: keeps object files for definitions of programs to name. */
final class ObjectRoutes implements Routes {
    private static final int CREATED = 201;

    private final ControlPlane plane;

    ObjectRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public void mount(Router router) {
        new Endpoints(router).onBody(POST, "/v1/objects", Endpoints.OCTETS, this::put);
    }

    private Object put(Request request) throws ControlException {
        request.end();
        byte[] content = request.bytes();
        Kept kept = plane.objects().keep(content);
        request.concerns("object", kept.digest());
        ObjectFile object = kept.object();
        Map<String, Object> programs = new LinkedHashMap<>();
        object.programs()
                .forEach(spec -> programs.put(
                        spec.name(),
                        Map.of(
                                "section", spec.section(),
                                "type", spec.type().name(),
                                "attach", spec.attach().name().toLowerCase(Locale.ROOT))));
        Map<String, Object> maps = new LinkedHashMap<>();
        object.maps().forEach(spec -> maps.put(spec.name(), LiveMap.shape(spec)));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("object", kept.digest());
        answer.put("bytes", content.length);
        answer.put("license", object.license());
        answer.put("programs", programs);
        answer.put("maps", maps);
        return new Reply(CREATED, answer);
    }
}
