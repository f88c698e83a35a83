// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.http.Endpoint;
import weir.control.http.ListenException;
import weir.control.http.Role;
import weir.control.plane.ControlException;
import weir.control.plane.StateFolder;

/** {@code weir daemon}. */
@Command(
        name = "daemon",
        description = "Runs switches in the foreground and answers the other commands until it is told to end.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sudo weir daemon",
            "  weir daemon --socket /tmp/weir.sock --state /tmp/weir-state",
            "  weir daemon --config topology.yaml --group weir --ignore-bad-ports",
            "  weir daemon --docker-socket /run/docker/plugins/weir.sock",
            "  weir daemon --listen 127.0.0.1:8443 --tls-cert cert.pem \\",
            "      --tls-key key.pem --token-file tokens"
        })
public final class DaemonCommand implements Callable<Integer> {
    private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

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
            names = "--group",
            paramLabel = "NAME",
            description = "Group that owns the socket and whose members may use it (default: only root and this user).")
    private @Nullable String group;

    @Option(
            names = "--read-socket",
            paramLabel = "PATH",
            description = "A second Unix socket, over which nothing can be changed.")
    private @Nullable Path readSocket;

    @Option(names = "--read-group", paramLabel = "NAME", description = "Group of the socket for reading.")
    private @Nullable String readGroup;

    @Option(
            names = "--listen",
            paramLabel = "ADDR:PORT",
            description = "TCP address, too; needs --tls-cert, --tls-key and --token-file.")
    private @Nullable String listen;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate and its chain (PEM).")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Key of the certificate (PEM, PKCS #8).")
    private @Nullable Path key;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Bearer tokens, of mode 0600: lines read:TOKEN and admin:TOKEN.")
    private @Nullable Path tokens;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Topology to apply at the start and on SIGHUP (YAML or JSON).")
    private @Nullable Path config;

    @Option(
            names = "--ignore-bad-ports",
            description = "Start without ports that cannot be attached; they are shown as FAILED.")
    private boolean ignoreBadPorts;

    @Option(
            names = "--docker-socket",
            paramLabel = "PATH",
            description = "Serve Docker's networks, too, on this Unix socket. 'docker network create -d weir' looks for"
                    + " /run/docker/plugins/weir.sock.")
    private @Nullable Path dockerSocket;

    /** For picocli. */
    public DaemonCommand() {}

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DaemonSettings settings = new DaemonSettings(endpoints(), state, config, dockerSocket, ignoreBadPorts);
        try (StopSignal signal = new StopSignal();
                Daemon _ = Daemon.start(settings, System.getenv(), Daemon::reloadOnHangup)) {
            out.println("ready: " + socket + (dockerSocket == null ? "" : ", " + dockerSocket));
            out.flush();
            signal.await();
            signal.exitWith(ExitCode.OK.number());
            return ExitCode.OK.number();
        } catch (StateFolder.Unusable e) {
            throw CommandFailures.of(ExitCode.USAGE, e, e.hint());
        } catch (ControlException e) {
            throw CommandFailures.of(
                    e.code() == ControlException.Code.INVALID ? ExitCode.USAGE : ExitCode.FAILURE,
                    e,
                    ignoreBadPorts ? e.hint() : e.hint() + "; --ignore-bad-ports starts without ports that fail");
        } catch (ListenException e) {
            throw CommandFailures.of(ExitCode.FAILURE, e, e.hint());
        }
    }

    private List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(new Endpoint.Unix(socket, group, Role.ADMIN));
        if (readGroup != null && readSocket == null) {
            throw new ParameterException(spec.commandLine(), "--read-group is for --read-socket, which is not given");
        }
        if (listen == null && (certificate != null || key != null || tokens != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--tls-cert, --tls-key and --token-file are for --listen, which is not given");
        }
        if (readSocket != null) {
            endpoints.add(new Endpoint.Unix(readSocket, readGroup, Role.READ));
        }
        if (listen != null) {
            endpoints.add(tls(listen));
        }
        return endpoints;
    }

    private Endpoint tls(String address) {
        Matcher parts = HOST_AND_PORT.matcher(address);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(), "'" + address + "' is no address like 127.0.0.1:8443 or [::1]:8443");
        }
        if (certificate == null || key == null || tokens == null) {
            throw new ParameterException(
                    spec.commandLine(), "--listen needs --tls-cert, --tls-key and --token-file: TCP is never without");
        }
        String host = parts.group(1).replaceAll("[\\[\\]]", "");
        return new Endpoint.Tls(host, Integer.parseInt(parts.group(2)), certificate, key, tokens);
    }
}
