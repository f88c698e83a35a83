// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A connection to a Unix socket. One thread. */
final class UnixConnection extends Connection {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int MAX_PATH_BYTES = 107;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private UnixConnection(Wire wire) {
        super(wire, BUFFER_BYTES);
    }

    /** Connects; throws {@link DaemonException} with what to do when that does not work. */
    static UnixConnection to(Path socket, Deadline deadline) {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw unreachable(
                    socket + " is too long for a Unix socket",
                    "give --socket a path of at most " + MAX_PATH_BYTES + " bytes",
                    null);
        }
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        while (true) {
            SocketChannel channel = null;
            try {
                channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.configureBlocking(false);
                if (channel.connect(address)) {
                    return new UnixConnection(new Wire(channel, deadline));
                }
                // Its queue of those who wait is full; Linux says so at once and nothing goes on by itself.
                channel.close();
            } catch (IOException e) {
                close(channel);
                throw cannotConnect(socket, e);
            }
            deadline.millisLeft();
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private static void close(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // What matters is why it is closed, and that is told.
            }
        }
    }

    private static DaemonException cannotConnect(Path socket, IOException e) {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)
                && String.valueOf(e.getMessage()).startsWith("No such")) {
            return unreachable(
                    "no daemon at " + socket,
                    "start one with 'weir daemon' or 'systemctl start weir', or name its socket with --socket or"
                            + " WEIR_SOCKET",
                    e);
        }
        if (String.valueOf(e.getMessage()).startsWith("Permission denied")) {
            return unreachable(
                    "no permission to use " + socket,
                    "be root or a member of the socket's group: 'stat -c %G " + socket
                            + "' shows it, 'usermod -aG GROUP USER' adds somebody",
                    e);
        }
        return unreachable(
                "nobody listens at " + socket + " (" + e.getMessage() + ")",
                "start a daemon with 'weir daemon' or 'systemctl start weir'; it removes a socket that was left behind",
                e);
    }

    private static DaemonException unreachable(String cause, String hint, @Nullable Throwable e) {
        return new DaemonException(DaemonException.Kind.UNREACHABLE, cause, hint, e);
    }

    @Override
    int receive(ByteBuffer into) throws IOException {
        return wire().read(into);
    }

    @Override
    boolean transmit(ByteBuffer data) throws IOException {
        wire().write(data);
        return !data.hasRemaining();
    }
}
