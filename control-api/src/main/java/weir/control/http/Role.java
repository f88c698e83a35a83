// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpMethod;
import java.util.Set;

/** What a caller may do. */
public enum Role {
    /** GET, HEAD and OPTIONS: see everything, change nothing. */
    READ,
    /** Everything. */
    ADMIN;

    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Whether a method changes nothing (RFC 9110, section 9.2.1). */
    static boolean isSafe(HttpMethod method) {
        return SAFE.contains(method);
    }

    boolean may(HttpMethod method) {
        return this == ADMIN || isSafe(method);
    }
}
