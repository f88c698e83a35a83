// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the API is served. */
public sealed interface Endpoint {
    /**
     * A Unix socket, of mode 0660.
     *
     * @param group that owns it, and whose members may use it; null for the daemon's own, and then for root and the
     *     daemon's user only
     * @param role of whoever may use it
     */
    record Unix(Path path, @Nullable String group, Role role) implements Endpoint {}

    /**
     * TCP with TLS and bearer tokens.
     *
     * @param host address to listen at
     * @param port 0 for any
     * @param certificate PEM, with the chain
     * @param key PEM, PKCS #8
     * @param tokens file of mode 0600 with lines {@code ROLE:TOKEN}
     */
    record Tls(String host, int port, Path certificate, Path key, Path tokens) implements Endpoint {
        Tls withPort(int bound) {
            return new Tls(host, bound, certificate, key, tokens);
        }
    }
}
