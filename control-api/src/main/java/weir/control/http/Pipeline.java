// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane;
import weir.control.plane.ObjectStore;

/**
 * What every request goes through before its route, on the event loop:
 *
 * <pre>
 *  header  >  who asks  >  may they  >  If-Match, ETag  >  body, up to its limit  >  route
 *              401, 403     403          412                413, 408
 * </pre>
 */
final class Pipeline {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int FORBIDDEN = 403;
    private static final String OBJECTS = "/v1/objects";

    private final ControlPlane plane;
    private final Connections connections;
    private final RefusalLimit refusals;
    private final Access access;

    /** @param refusals of all sockets together */
    Pipeline(ControlPlane plane, Connections connections, RefusalLimit refusals, Access access) {
        this.plane = plane;
        this.connections = connections;
        this.refusals = refusals;
        this.access = access;
    }

    /** Goes before all routes of a router. */
    void mount(Router router) {
        Problems.mount(router);
        router.route().handler(this::begin);
        router.route().handler(this::versions);
        router.route(OBJECTS).handler(BodyHandler.create(false).setBodyLimit(ObjectStore.MAX_BYTES));
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        router.route().handler(context -> {
            connections.complete(context);
            context.next();
        });
    }

    private void begin(RoutingContext context) {
        if (context.response().closed()) {
            return; // one of many on a connection whose other end is gone; nobody can be asked who that was
        }
        connections.begun(context);
        switch (access.of(context.request())) {
            case Access.Refused refused -> refuse(context, refused.who(), refused.problem());
            case Access.Allowed allowed -> letIn(context, allowed.caller());
        }
    }

    private void letIn(RoutingContext context, Caller caller) {
        if (!caller.role().may(context.request().method())) {
            refuse(
                    context,
                    caller.who(),
                    new Problem(
                            FORBIDDEN,
                            "forbidden",
                            "the role read may not change anything",
                            "use the socket or a token with the role admin"));
            return;
        }
        Audit.begin(context, caller.who());
        context.next();
    }

    /** The body, if there is one, is not read: the connection ends. */
    private void refuse(RoutingContext context, Who who, Problem problem) {
        Audit.refused(context, who, refusals);
        context.response().putHeader("Connection", "close");
        if (problem.status() == 401) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"weir\"");
        } else if (who.source().startsWith("token=")) {
            context.response()
                    .putHeader(
                            "WWW-Authenticate", "Bearer realm=\"weir\", error=\"insufficient_scope\", scope=\"admin\"");
        }
        Answers.problem(context, problem);
    }

    /**
     * Configuration is answered with the version that it had before it was read: should it change meanwhile, the tag is too
     * old, and a change that relies on it is refused.
     */
    private void versions(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (Role.isSafe(request.method())) {
            if (isConfiguration(String.valueOf(request.path()))) {
                context.response().putHeader("ETag", plane.version().tag());
            }
            context.next();
            return;
        }
        try {
            plane.check(Preconditions.expected(request)); // the change checks again, under its lock
            context.next();
        } catch (ControlException e) {
            Answers.problem(context, Problem.of(e));
        }
    }

    private static boolean isConfiguration(String path) {
        return path.equals("/v1/config") || path.equals("/v1/switches") || path.startsWith("/v1/switches/");
    }
}
