// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import weir.control.client.ApiRequest;

/** A call of the API as the daemon's benchmark makes it. */
record ApiCall(ApiRequest request) {
    /** Whether it changes something. */
    boolean changes() {
        return !request.method().equals("GET");
    }
}
