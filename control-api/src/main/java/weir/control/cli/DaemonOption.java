// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import weir.control.client.DaemonClient;

/** The option {@code --socket}, for use as a picocli mixin by every command that asks the daemon. */
public final class DaemonOption {
    /** Where a daemon listens unless somebody says otherwise. */
    static final String DEFAULT_SOCKET = "/run/weir/api.sock";

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            defaultValue = "${WEIR_SOCKET:-" + DEFAULT_SOCKET + "}",
            description = "Unix socket of the daemon (default: $WEIR_SOCKET, or " + DEFAULT_SOCKET + ").")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path socket;

    /** For picocli. */
    public DaemonOption() {}

    /** Asks the daemon there; what it throws becomes what the command says. */
    public DaemonClient client() {
        return DaemonClient.at(socket);
    }

    /** Where it is asked. */
    Path socket() {
        return socket;
    }
}
