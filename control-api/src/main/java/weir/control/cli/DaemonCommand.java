// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import weir.control.daemon.Daemon;
import weir.control.docker.DriverServer;

/** {@code weir daemon}. */
@Command(
        name = "daemon",
        description = "Runs switches in the foreground and answers the other commands until it is told to end.")
public final class DaemonCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = "${WEIR_SOCKET:-/run/weir/api.sock}",
            description = "Unix socket for the API (default: $WEIR_SOCKET, or /run/weir/api.sock).")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path socket;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            defaultValue = "/var/lib/weir",
            description = "Where objects and configuration are kept (default: /var/lib/weir).")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path state;

    @Option(
            names = "--docker-socket",
            paramLabel = "PATH",
            description = "Serve Docker's networks, too, on this Unix socket. 'docker network create -d weir' looks for"
                    + " /run/docker/plugins/weir.sock.")
    private @Nullable Path dockerSocket;

    /** For picocli. */
    public DaemonCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (StopSignal signal = new StopSignal();
                Daemon daemon = Daemon.start(socket, state);
                DriverServer docker =
                        dockerSocket == null ? null : DriverServer.listen(daemon.plane(), dockerSocket, state)) {
            out.println("ready: " + daemon.socket() + (docker == null ? "" : ", " + docker.socket()));
            out.flush();
            signal.await();
            signal.exitWith(ExitCode.OK.number());
            return ExitCode.OK.number();
        }
    }
}
