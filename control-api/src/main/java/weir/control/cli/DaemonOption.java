// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weir.control.client.DaemonAddress;
import weir.control.client.DaemonClient;

/** Which daemon to ask, for use as a picocli mixin by every command that asks one. */
public final class DaemonOption {
    @Option(
            names = DaemonChoice.SOCKET,
            paramLabel = "FILE",
            description = "Unix socket of the daemon (default: $$WEIR_SOCKET, or " + DaemonChoice.DEFAULT_SOCKET + ").")
    private @Nullable String socket;

    @Option(
            names = DaemonChoice.URL,
            paramLabel = "URL",
            description = "The daemon over TLS instead, https://HOST:PORT (default: $$WEIR_URL).")
    private @Nullable String url;

    @Option(
            names = DaemonChoice.TOKEN_FILE,
            paramLabel = "FILE",
            description = "Token for --url, in a file of mode 0600 (default: $$WEIR_TOKEN_FILE).")
    private @Nullable String tokenFile;

    @Option(
            names = DaemonChoice.CA_FILE,
            paramLabel = "FILE",
            description = "Certificates (PEM) to trust with --url (default: $$WEIR_CA, or those that Java trusts).")
    private @Nullable String caFile;

    /** For picocli. */
    public DaemonOption() {}

    /** Asks the daemon there; what it throws becomes what the command says. */
    public DaemonClient client() {
        return DaemonClient.at(new DaemonChoice(socket, url, tokenFile, caFile).address(System.getenv()));
    }

    /**
     * Its Unix socket, for what a daemon does together with the machine that the command runs on.
     *
     * @throws CommandFailure when the daemon is asked over TLS
     */
    Path localSocket() {
        return switch (new DaemonChoice(socket, url, tokenFile, caFile).address(System.getenv())) {
            case DaemonAddress.Unix(Path path) -> path;
            case DaemonAddress.Tls _ ->
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "namespaces of this machine need the daemon of this machine",
                        DaemonChoice.SOCKET + " FILE instead of " + DaemonChoice.URL);
        };
    }
}
