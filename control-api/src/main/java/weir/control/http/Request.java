// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.plane.ControlException;
import weir.control.plane.ControlPlane.ChangeOptions;
import weir.control.text.Spelling;
import weir.control.topology.TopologyVersion;

/** What a request says: names in its path, parameters behind it, its body. */
final class Request {
    private final RoutingContext context;
    private final MultiMap query;
    private final Set<String> asked = new TreeSet<>();

    Request(RoutingContext context) {
        this.context = context;
        query = context.queryParams();
    }

    /** A part of the path. */
    String path(String name) {
        return String.valueOf(context.pathParam(name));
    }

    /**
     * The number in the path that is called {@code id}.
     *
     * @param what has such numbers
     * @throws ControlException when it is none
     */
    int id(String what) throws ControlException {
        String text = path("id");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw ControlException.notFound("no " + what + " '" + text + "'", what + "s are numbered");
        }
    }

    /** Whether the path has that part. */
    boolean hasPath(String name) {
        return context.pathParams().containsKey(name);
    }

    /** A parameter as it is; null when it is not there. */
    @Nullable
    String query(String name) {
        String value = query.get(name);
        if (asked.add(name) && value != null) {
            concerns(name, value);
        }
        return value;
    }

    /** A parameter that is 0 or 1. */
    boolean flag(String name) throws ControlException {
        return number(name, 0, 1, 0) == 1;
    }

    /** A parameter that is a whole number. */
    int number(String name, int least, int most, int otherwise) throws ControlException {
        String text = query(name);
        if (text == null) {
            return otherwise;
        }
        boolean isShort = text.matches("[0-9]{1,9}");
        if (!isShort || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw ControlException.invalid(
                    "",
                    "parameter '" + name + "' is '" + text + "', not a whole number from " + least + " to " + most,
                    "");
        }
        return Integer.parseInt(text);
    }

    /** The options of a change of the topology: {@code dryRun}, {@code keepMaps} and {@code If-Match}. */
    ChangeOptions changeOptions() throws ControlException {
        return new ChangeOptions(flag("dryRun"), flag("keepMaps"), Preconditions.expected(context.request()));
    }

    /** Says in the answer which topology it is about. */
    void answersWith(TopologyVersion version) {
        context.response().putHeader("ETag", version.tag());
    }

    /** Names for the audit log what the request is about, where its path does not say. */
    void concerns(String what, Object value) {
        Audit.of(context).concerns(what, value);
    }

    /** To be called when every parameter was asked for that can be there. */
    void end() throws ControlException {
        for (String name : query.names()) {
            if (!asked.contains(name)) {
                throw ControlException.invalid(
                        "",
                        "unknown parameter '" + name + "'",
                        asked.isEmpty()
                                ? "there are no parameters here"
                                : Spelling.didYouMean(name, asked) + "parameters here are " + String.join(", ", asked));
            }
        }
    }

    /**
     * The body.
     *
     * @throws ControlException when it is no JSON
     */
    JsonNode json() throws ControlException {
        return Answers.body(context);
    }

    /** The body as it came. */
    byte[] bytes() {
        Buffer buffer = context.body().buffer();
        return buffer == null ? new byte[0] : buffer.getBytes();
    }
}
