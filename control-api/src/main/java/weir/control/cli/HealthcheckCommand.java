// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir healthcheck}: for containers without curl. */
@Command(
        name = "healthcheck",
        description =
                "Asks a daemon whether its configuration is in force: exit code 0 yes, 1 no, 5 it does not answer.")
public final class HealthcheckCommand implements Callable<Integer> {
    private static final String REQUEST = "GET /readyz HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) .*");
    private static final int OK = 200;
    private static final int MAX_BYTES = 65_536;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = "${WEIR_SOCKET:-/run/weir/api.sock}",
            description = "Unix socket of the daemon (default: $WEIR_SOCKET, or /run/weir/api.sock).")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path socket;

    /** For picocli. */
    public HealthcheckCommand() {}

    @Override
    public Integer call() {
        int status = ask();
        if (status == OK) {
            spec.commandLine().getOut().println("ready");
            return ExitCode.OK.number();
        }
        throw new CommandFailure(
                ExitCode.FAILURE, "the daemon is not ready: status " + status, "the daemon's log says what is missing");
    }

    private int ask() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.US_ASCII)));
            byte[] answer = Channels.newInputStream(channel).readNBytes(MAX_BYTES);
            Matcher status = STATUS.matcher(new String(answer, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse(""));
            if (status.matches()) {
                return Integer.parseInt(status.group(1));
            }
            throw unreachable("it sent no answer", null);
        } catch (IOException e) {
            throw unreachable(String.valueOf(e.getMessage()), e);
        }
    }

    private CommandFailure unreachable(String cause, @Nullable IOException origin) {
        return new CommandFailure(
                ExitCode.DAEMON_UNREACHABLE,
                "no daemon at " + socket + ": " + cause,
                "'weir daemon' starts one; --socket or WEIR_SOCKET says where it listens",
                origin);
    }
}
