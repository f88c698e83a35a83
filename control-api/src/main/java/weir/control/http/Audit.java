// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for every change that was asked for, and for every request that was refused because of who asked: who, what, on
 * what, and how it ended. It is written before the answer is, so who has an answer has a line, whether or not the client
 * is still there. Nothing of a request's header is in it, so no token is.
 *
 * <pre>
 *  uid=0 pid=4711 POST /v1/switches name=lan 201
 *  token=2 198.18.0.7:50312 DELETE /v1/switches/lan 404
 *  docker Join network=a1a1... endpoint=c3c3... ok
 * </pre>
 */
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("weir.audit");
    private static final String KEY = "weir.audit";
    private static final int MAX_CHARS = 200;
    private static final Audit NONE = new Audit(new Who("unknown", ""), HttpMethod.GET, "", false);

    private final Who who;
    private final HttpMethod method;
    private final String path;
    private final boolean isDue;
    private final AtomicBoolean isWritten = new AtomicBoolean();

    /** One thread at a time: whoever works on the request has it from the one before. */
    private String objects = "";

    private Audit(Who who, HttpMethod method, String path, boolean isDue) {
        this.who = who;
        this.method = method;
        this.path = path;
        this.isDue = isDue;
    }

    /** Of a request by somebody who may make it: changes have a line. */
    static void begin(RoutingContext context, Who who) {
        begin(context, who, !Role.isSafe(context.request().method()));
    }

    /** Of a request by somebody who may not: it has one as long as there are not too many. */
    static void refused(RoutingContext context, Who who, RefusalLimit limit) {
        begin(context, who, limit.admit(who.source()));
    }

    private static void begin(RoutingContext context, Who who, boolean isDue) {
        String path = String.valueOf(context.request().path());
        context.put(KEY, new Audit(who, context.request().method(), path, isDue));
    }

    static Audit of(RoutingContext context) {
        return context.get(KEY, NONE);
    }

    /** Names something that the request is about and its path does not say; nothing when it is empty. */
    void concerns(String what, Object value) {
        if (isDue && !value.equals("")) {
            objects += " " + what + "=" + printable(String.valueOf(value));
        }
    }

    /** Writes the line, unless there is none or it is there already. On a thread that may wait. */
    void end(int status) {
        if (isDue && isWritten.compareAndSet(false, true)) {
            LOG.info("{} {} {}{} {}", who, method, printable(path), objects, status);
        }
    }

    /** As {@link #end}, from an event loop. */
    void endSoon(Vertx vertx, int status) {
        if (isDue && !isWritten.get()) {
            vertx.executeBlocking(
                    () -> {
                        end(status);
                        return true;
                    },
                    true);
        }
    }

    /** Writes a line about a file that the daemon made its configuration, because of what, and how that ended. */
    public static void applied(Path file, String because, String result) {
        LOG.info("{} APPLY {} {}", because, printable(file.toString()), result);
    }

    /**
     * Writes a line about a change that Docker asked its network driver for.
     *
     * @param endpoint its id; empty for a whole network
     */
    public static void byDocker(String call, String network, String endpoint, boolean isDone) {
        String of = endpoint.isEmpty() ? "" : " endpoint=" + printable(endpoint);
        LOG.info("docker {} network={}{} {}", call, printable(network), of, isDone ? "ok" : "refused");
    }

    /** Says how many lines the last window of a limit left out, if any. On a thread that may wait. */
    static void endWindow(RefusalLimit limit) {
        limit.endWindow().ifPresent(LOG::warn);
    }

    /** What cannot look like another line, or another word of this one. */
    static String printable(@Nullable String text) {
        String some = text == null ? "" : text.substring(0, Math.min(text.length(), MAX_CHARS));
        return some.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
