// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerRequest;

/** Decides by a request's connection and headers who asks; the body is not read yet. On the event loop: must not wait. */
@FunctionalInterface
interface Access {
    /** What was found out. */
    sealed interface Decision {}

    /** Somebody who may ask. */
    record Allowed(Caller caller) implements Decision {}

    /** Somebody who may not. */
    record Refused(Who who, Problem problem) implements Decision {}

    Decision of(HttpServerRequest request);
}
