// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.http.HttpServerOptions;

/** What all servers of the daemon have in common. */
public final class PlainHttp {
    private PlainHttp() {}

    /**
     * Without extensions of WebSockets, which are not spoken here: where they are, Netty throws away every request beyond the
     * 128th that waits on a connection, and Vert.x fails at what was behind it.
     */
    public static HttpServerOptions options() {
        return new HttpServerOptions()
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }
}
