// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.control.topology.TopologyVersion;

/** {@code If-Match} (RFC 9110, section 13.1.1): a change is for one of these versions of the topology. */
final class Preconditions {
    private static final Pattern STRONG_TAG = Pattern.compile("(W/)?\"([^\"]*)\"");
    private static final TopologyVersion NONE_IS_THAT = new TopologyVersion("");

    private Preconditions() {}

    /** Versions that a request expects; empty when any will do. Weak tags match nothing, as they must for If-Match. */
    static Set<TopologyVersion> expected(HttpServerRequest request) {
        return expected(request.getHeader("If-Match"));
    }

    static Set<TopologyVersion> expected(@Nullable String field) {
        Set<TopologyVersion> versions = new LinkedHashSet<>();
        if (field == null || field.strip().equals("*")) {
            return versions;
        }
        Matcher tags = STRONG_TAG.matcher(field);
        while (tags.find()) {
            if (tags.group(1) == null) {
                versions.add(new TopologyVersion(tags.group(2)));
            }
        }
        return versions.isEmpty() ? Set.of(NONE_IS_THAT) : versions;
    }
}
