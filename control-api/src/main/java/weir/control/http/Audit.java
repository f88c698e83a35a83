// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for every change, and for every request that was refused because of who asked: who, what, and how it ended. */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("weir.audit");
    private static final int MAX_PATH_CHARS = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private Audit() {}

    /** Writes the line when the request has been answered, on a thread that may wait for the log. */
    static void whenAnswered(RoutingContext context) {
        context.addEndHandler(_ -> {
            int status = context.response().getStatusCode();
            if (Role.isSafe(context.request().method()) && status != UNAUTHORIZED && status != FORBIDDEN) {
                return;
            }
            String who = context.get(Pipeline.WHO, "unknown");
            context.vertx()
                    .executeBlocking(
                            () -> {
                                LOG.info(
                                        "{} {} {} {}",
                                        who,
                                        context.request().method(),
                                        printable(context.request().path()),
                                        status);
                                return true;
                            },
                            true);
        });
    }

    /** What cannot look like another line. */
    static String printable(@Nullable String text) {
        String some = text == null ? "" : text.substring(0, Math.min(text.length(), MAX_PATH_CHARS));
        return some.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
