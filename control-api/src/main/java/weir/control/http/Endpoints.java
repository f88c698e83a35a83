// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.control.plane.ControlPlane;

/** Adds endpoints to a router: what they take as body, where they run, how they refuse what does not fit. */
final class Endpoints {
    static final String JSON = "application/json";
    static final String OCTETS = "application/octet-stream";

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNSUPPORTED_TYPE = 415;

    private final Router router;

    Endpoints(Router router) {
        this.router = router;
    }

    /** What an endpoint does, on a thread that may wait. */
    @FunctionalInterface
    interface Work {
        /** Returns what becomes JSON, or an {@link Answers.Reply}; null for an answer without body (204). */
        @Nullable
        Object answer(Request request) throws Exception;
    }

    /** The endpoints of everything that switches have. */
    static List<Routes> all(ControlPlane plane) {
        return List.of(
                new VersionRoutes(),
                new SwitchRoutes(plane),
                new PortRoutes(plane),
                new FdbRoutes(plane),
                new ProgramRoutes(plane),
                new MapRoutes(plane),
                new LinkRoutes(plane),
                new ObjectRoutes(plane),
                new ConfigRoutes(plane),
                Endpoints::refuseOthers);
    }

    /** An endpoint that takes no body. */
    Endpoints on(HttpMethod method, String path, Work work) {
        router.route(method, path).handler(context -> run(context, work));
        return this;
    }

    /** An endpoint that takes JSON. */
    Endpoints onJson(HttpMethod method, String path, Work work) {
        return onBody(method, path, JSON, work);
    }

    /** An endpoint that takes a body of some type. */
    Endpoints onBody(HttpMethod method, String path, String type, Work work) {
        router.route(method, path).handler(typed(type)).handler(context -> run(context, work));
        return this;
    }

    /** An endpoint that takes JSON and answers by itself, as it goes; on an event loop. */
    Endpoints streamOnJson(HttpMethod method, String path, Handler<RoutingContext> stream) {
        router.route(method, path).handler(typed(JSON)).handler(stream);
        return this;
    }

    private static void run(RoutingContext context, Work work) {
        Request request = new Request(context);
        Answers.blocking(context, OK, () -> work.answer(request));
    }

    /** Forms are what {@code curl -d} sends, and what a page of somebody else may send: never taken. */
    private static Handler<RoutingContext> typed(String type) {
        return context -> {
            String header = context.request().getHeader("Content-Type");
            String given =
                    header == null ? type : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            boolean isJson = type.equals(JSON) && given.startsWith("application/") && given.endsWith("+json");
            if (given.equals(type) || isJson) {
                context.next();
            } else {
                Answers.problem(
                        context,
                        new Problem(
                                UNSUPPORTED_TYPE,
                                "unsupported_media_type",
                                "a body of type '" + given + "' is not taken here",
                                "send Content-Type: " + type));
            }
        };
    }

    // ---- what is no endpoint -------------------------------------------------------------------------

    private static void refuseOthers(Router router) {
        router.errorHandler(
                NOT_FOUND,
                context -> Answers.problem(
                        context,
                        new Problem(
                                NOT_FOUND,
                                "not_found",
                                "nothing is at " + context.request().path(),
                                "openapi.yaml has all paths; they begin with /v1")));
        router.errorHandler(METHOD_NOT_ALLOWED, context -> {
            String allowed = String.join(
                    ", ", methods(router, String.valueOf(context.request().path())));
            context.response().putHeader("Allow", allowed);
            Answers.problem(
                    context,
                    new Problem(
                            METHOD_NOT_ALLOWED,
                            "method_not_allowed",
                            context.request().method() + " is not for "
                                    + context.request().path(),
                            "methods here are " + allowed));
        });
    }

    private static Set<String> methods(Router router, String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.methods() != null && matches(route.getName(), path)) {
                route.methods().forEach(method -> methods.add(method.name()));
            }
        }
        return methods;
    }

    private static boolean matches(String template, String path) {
        String[] wanted = template.split("/", -1);
        String[] given = path.split("/", -1);
        boolean matches = wanted.length == given.length;
        for (int i = 0; matches && i < wanted.length; i++) {
            matches = wanted[i].startsWith(":") || wanted[i].equals(given[i]);
        }
        return matches;
    }
}
