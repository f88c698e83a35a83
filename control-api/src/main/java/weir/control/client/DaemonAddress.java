// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Where a daemon listens, and how to speak with it there. */
public sealed interface DaemonAddress {
    /** A Unix socket: whoever may open the file may ask. */
    record Unix(Path socket) implements DaemonAddress {}

    /**
     * TCP with TLS and a token.
     *
     * @param host name or address, IPv6 without brackets
     * @param trust whose certificates are believed
     * @param token sent with every request, to this host only
     */
    record Tls(String host, int port, SSLContext trust, String token) implements DaemonAddress {
        /** {@code host:port}, as an URL and the header Host have it. */
        String authority() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "https://" + authority();
        }
    }

    /**
     * Reads {@code https://HOST[:PORT]}.
     *
     * @throws IllegalArgumentException with what is wrong about it; {@code http://} is refused, since a token would be sent
     *     for everybody on the way to read
     */
    static Tls tls(String url, SSLContext trust, String token) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is no URL", e);
        }
        if ("http".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "'" + url + "' is not encrypted, and a token is not sent for all to read");
        }
        if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("'" + url + "' is no URL of a daemon");
        }
        boolean isMore =
                !String.valueOf(uri.getPath()).matches("/?") || uri.getQuery() != null || uri.getFragment() != null;
        if (isMore || uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
            throw new IllegalArgumentException(
                    "'" + url + "' has more than a host and a port, or a port that cannot be");
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        return new Tls(host, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), trust, token);
    }

    /** Of URLs without one. */
    int DEFAULT_PORT = 443;

    /** Of TCP. */
    int MAX_PORT = 65_535;
}
