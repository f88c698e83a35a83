// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.ext.web.Router;

/** Endpoints of one noun. */
@FunctionalInterface
public interface Routes {
    /** Adds them to a router, which an event loop serves. */
    void mount(Router router);
}
