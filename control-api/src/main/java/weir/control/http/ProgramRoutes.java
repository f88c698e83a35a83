// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.program.Disassembly;
import weir.control.report.ProgramReport;
import weir.control.report.ProgramView;
import weir.control.report.SwitchView;
import weir.control.topology.DefinitionErrors;
import weir.control.topology.ProgramDefinition;
import weir.control.topology.SwitchDefinition;
import weir.control.topology.TopologyReader;
import weir.core.program.AttachedProgram;
import weir.core.program.ShadowReport;
import weir.core.program.ShadowRun;

/** Programs of switches and ports: loads, shows, unloads, tries in the shadow; what they said, their code. */
final class ProgramRoutes implements Routes {
    private static final int DEFAULT_FRAMES = 1_000;
    private static final int DEFAULT_SECONDS = 10;
    private static final int MAX_SECONDS = 20;
    private static final int MOST_SHADOWS = 4;

    private final ControlPlane plane;
    private final LiveSwitches live;
    private final TraceLogs logs = new TraceLogs();
    private final Semaphore shadowRoom = new Semaphore(MOST_SHADOWS);
    private final Set<String> shadowed = ConcurrentHashMap.newKeySet();

    ProgramRoutes(ControlPlane plane) {
        this.plane = plane;
        live = new LiveSwitches(plane);
    }

    @Override
    public void mount(Router router) {
        Endpoints endpoints = new Endpoints(router);
        for (String place : List.of("/v1/switches/:switch", "/v1/switches/:switch/ports/:port")) {
            endpoints
                    .on(GET, place + "/program", this::show)
                    .onJson(PUT, place + "/program", this::load)
                    .on(DELETE, place + "/program", this::unload)
                    .onJson(POST, place + "/program/shadow", this::shadow);
        }
        endpoints
                .on(GET, "/v1/programs", this::list)
                .on(GET, "/v1/programs/:id/log", this::log)
                .on(GET, "/v1/programs/:id/disassembly", this::disassembly)
                .on(GET, "/v1/programs/:id/stats", this::stats);
    }

    /** Where a request's program is: port null for the switch. */
    private record Place(String switchName, @Nullable String port) {
        static Place of(Request request) {
            return new Place(request.path("switch"), request.hasPath("port") ? request.path("port") : null);
        }

        @Override
        public String toString() {
            return port == null ? switchName : switchName + ":" + port;
        }

        SwitchDefinition with(SwitchDefinition definition, @Nullable ProgramDefinition program) {
            return port == null
                    ? definition.withProgram(program)
                    : definition.changePort(port, old -> old.withProgram(program));
        }
    }

    private void require(Place place) throws ControlException {
        plane.require(place.switchName());
        if (place.port() != null) {
            plane.requirePort(place.switchName(), place.port());
        }
    }

    private Object show(Request request) throws ControlException {
        request.end();
        return show(Place.of(request));
    }

    private ProgramView show(Place place) throws ControlException {
        return live.withProgram(place.switchName(), place.port(), program -> view(place.switchName(), program));
    }

    private ProgramView view(String switchName, AttachedProgram program) {
        SwitchDefinition definition = plane.topology().find(switchName);
        return ProgramView.of(
                switchName, program, definition == null ? null : SwitchView.definition(program.place(), definition));
    }

    private Object load(Request request) throws ControlException, DefinitionErrors {
        boolean keepMaps = request.flag("keepMaps");
        request.end();
        Place place = Place.of(request);
        require(place);
        ProgramDefinition program = TopologyReader.programDefinition(request.json());
        request.concerns("object", program.object());
        PortRoutes.change(
                plane,
                place.switchName(),
                new ChangeOptions(false, keepMaps),
                definition -> place.with(definition, program));
        return show(place);
    }

    private @Nullable Object unload(Request request) throws ControlException {
        request.end();
        Place place = Place.of(request);
        live.withProgram(place.switchName(), place.port(), program -> true);
        PortRoutes.change(plane, place.switchName(), ChangeOptions.DEFAULT, definition -> place.with(definition, null));
        return null;
    }

    // ---- shadow --------------------------------------------------------------------------------------

    private Object shadow(Request request) throws ControlException, DefinitionErrors {
        int frames = request.number("frames", 1, ShadowRun.MAX_FRAMES, DEFAULT_FRAMES);
        int seconds = request.number("seconds", 1, MAX_SECONDS, DEFAULT_SECONDS);
        boolean keepMaps = request.flag("keepMaps");
        request.end();
        Place place = Place.of(request);
        require(place);
        ProgramDefinition program = TopologyReader.programDefinition(request.json());
        if (!shadowRoom.tryAcquire()) {
            throw ControlException.conflict(
                    MOST_SHADOWS + " programs run in the shadow already", "wait until one of them is done");
        }
        try {
            if (!shadowed.add(place.toString())) {
                throw ControlException.conflict(
                        "a program runs in the shadow at " + place + " already", "wait until it is done");
            }
            try {
                return json(
                        place,
                        program,
                        plane.shadow(
                                place.switchName(),
                                place.port(),
                                program,
                                keepMaps,
                                frames,
                                Duration.ofSeconds(seconds)));
            } finally {
                shadowed.remove(place.toString());
            }
        } finally {
            shadowRoom.release();
        }
    }

    private static Map<String, Object> json(Place place, ProgramDefinition program, ShadowReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", place.toString());
        json.put("program", program.program());
        json.put("frames", report.frames());
        json.put("differences", report.differences());
        json.put(
                "counts",
                report.counts().stream()
                        .map(count ->
                                Map.of("before", count.before(), "after", count.after(), "frames", count.frames()))
                        .toList());
        json.put(
                "examples",
                report.examples().stream()
                        .map(example -> Map.of(
                                "port",
                                example.ingressPort(),
                                "frame",
                                HexFormat.of().formatHex(example.frame().toArray()),
                                "before",
                                example.before(),
                                "after",
                                example.after()))
                        .toList());
        return json;
    }

    // ---- by id ---------------------------------------------------------------------------------------

    private Object list(Request request) throws ControlException {
        request.end();
        Map<String, Object> programs = new LinkedHashMap<>();
        for (String name : plane.switches().keySet()) {
            programs.putAll(live.with(name, SwitchView::programs));
        }
        return Map.of("programs", programs);
    }

    private Object stats(Request request) throws ControlException {
        request.end();
        String id = request.path("id");
        return live.withProgram(id, program -> view(id.split(":", 2)[0], program));
    }

    private Object log(Request request) throws ControlException {
        request.end();
        String id = request.path("id");
        return live.withProgram(id, program -> {
            Map<String, Object> log = new LinkedHashMap<>();
            log.put("id", id);
            log.put("program", program.spec().name());
            log.put("warnings", program.warnings());
            log.put("faults", ProgramReport.of(program).lastFaults());
            log.put("lines", logs.lines(program));
            log.put("lost", program.lostTrace());
            return log;
        });
    }

    private Object disassembly(Request request) throws ControlException {
        request.end();
        return live.withProgram(
                request.path("id"),
                program -> Disassembly.of(
                        program.blueprint(),
                        spec -> spec.name().equals(program.spec().name())));
    }
}
