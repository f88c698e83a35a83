// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import weir.control.client.DaemonAddress;

/**
 * Which daemon a command asks. What was typed goes before the environment, and there a URL before a socket.
 *
 * @param socket typed; null for nothing, as the others
 */
record DaemonChoice(
        @Nullable String socket,
        @Nullable String url,
        @Nullable String tokenFile,
        @Nullable String caFile) {
    /** Where a daemon listens unless somebody says otherwise. */
    static final String DEFAULT_SOCKET = "/run/weir/api.sock";

    static final String SOCKET = "--socket";
    static final String URL = "--url";
    static final String TOKEN_FILE = "--token-file";
    static final String CA_FILE = "--ca-file";

    private static final String SOCKET_VARIABLE = "WEIR_SOCKET";
    private static final String URL_VARIABLE = "WEIR_URL";
    private static final String TOKEN_VARIABLE = "WEIR_TOKEN_FILE";
    private static final String CA_VARIABLE = "WEIR_CA";

    /** What the words of a command line that is being typed say so far. */
    static DaemonChoice typed(List<String> words) {
        return new DaemonChoice(
                typed(words, SOCKET), typed(words, URL), typed(words, TOKEN_FILE), typed(words, CA_FILE));
    }

    private static @Nullable String typed(List<String> words, String option) {
        String value = null;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith(option + "=")) {
                value = word.substring(option.length() + 1);
            } else if (word.equals(option) && i + 1 < words.size()) {
                value = words.get(i + 1);
            }
        }
        return value;
    }

    /**
     * Reads token and certificates where they are needed.
     *
     * @throws CommandFailure with what is wrong about the choice, or about a file
     */
    DaemonAddress address(Map<String, String> environment) {
        if (socket != null && url != null) {
            throw usage(SOCKET + " and " + URL + " name two daemons", "give one of them");
        }
        String chosen = url != null || socket != null ? url : variable(environment, URL_VARIABLE);
        if (chosen != null) {
            return tls(chosen, environment);
        }
        if (tokenFile != null || caFile != null) {
            throw usage(
                    TOKEN_FILE + " and " + CA_FILE + " are for a daemon that is asked over TLS",
                    "name it with " + URL + " https://HOST:PORT; over its socket it asks for no token");
        }
        String path = socket != null ? socket : variable(environment, SOCKET_VARIABLE);
        return new DaemonAddress.Unix(Path.of(path == null ? DEFAULT_SOCKET : path));
    }

    private DaemonAddress tls(String chosen, Map<String, String> environment) {
        String token = tokenFile != null ? tokenFile : variable(environment, TOKEN_VARIABLE);
        String authorities = caFile != null ? caFile : variable(environment, CA_VARIABLE);
        DaemonAddress.Tls place = place(chosen);
        if (token == null) {
            throw usage(
                    "no token for " + place,
                    TOKEN_FILE + " or " + TOKEN_VARIABLE + " names a file with one, of mode 0600");
        }
        SSLContext trust = authorities == null ? TrustFile.ofSystem() : TrustFile.read(Path.of(authorities));
        return new DaemonAddress.Tls(place.host(), place.port(), trust, TokenFile.read(Path.of(token)));
    }

    private static DaemonAddress.Tls place(String chosen) {
        try {
            return DaemonAddress.tls(chosen, TrustFile.ofSystem(), "");
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()), "write https://HOST:PORT, as in https://lab.example:8443");
        }
    }

    private static @Nullable String variable(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    private static CommandFailure usage(String cause, String hint) {
        return new CommandFailure(ExitCode.USAGE, cause, hint);
    }
}
