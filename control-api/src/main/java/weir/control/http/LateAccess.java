// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerRequest;

/** Nobody may until it is known who may: a socket listens before its group is known. */
final class LateAccess implements Access {
    private static final Access NOBODY = _ -> new Refused(
            new Who("early", ""), new Problem(503, "unavailable", "the daemon is starting", "try again in a moment"));

    private volatile Access decided = NOBODY;

    void decide(Access access) {
        decided = access;
    }

    @Override
    public Decision of(HttpServerRequest request) {
        return decided.of(request);
    }
}
