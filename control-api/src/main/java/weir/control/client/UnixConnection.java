// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Unix socket on which nothing waits longer than it may. Reads are those of an {@link InputStream}; they
 * end when the calling thread is interrupted, as if the other side had hung up. One thread.
 */
final class UnixConnection extends InputStream {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int MAX_PATH_BYTES = 107;
    private static final int BYTE_MASK = 0xff;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private Deadline deadline;

    private UnixConnection(SocketChannel channel, Deadline deadline) throws IOException {
        this.channel = channel;
        this.deadline = deadline;
        selector = Selector.open();
        key = channel.register(selector, SelectionKey.OP_READ);
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
                    return new UnixConnection(channel, deadline);
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

    /** From now on waits for so long. */
    void waitUntil(Deadline changed) {
        deadline = changed;
    }

    /** Sends, up to where the other side begins to answer or hangs up, since it needs no more then. */
    void send(ByteBuffer data) {
        try {
            key.interestOps(SelectionKey.OP_WRITE | SelectionKey.OP_READ);
            while (data.hasRemaining() && fill() == 0) {
                if (channel.write(data) == 0) {
                    await();
                }
            }
        } catch (IOException e) {
            // It hung up; what it said before is read next.
        } finally {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private void await() throws IOException {
        selector.select(deadline.millisLeft());
        selector.selectedKeys().clear();
    }

    /** Takes what is there: the number of bytes that are held, 0 for none yet, -1 at the end. */
    private int fill() throws IOException {
        if (received.hasRemaining()) {
            return received.remaining();
        }
        received.clear();
        int count = channel.read(received);
        received.flip();
        return count;
    }

    private boolean awaitBytes() throws IOException {
        int held = fill();
        while (held == 0) {
            await();
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            held = fill();
        }
        return held > 0;
    }

    @Override
    public int read() throws IOException {
        return awaitBytes() ? received.get() & BYTE_MASK : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!awaitBytes()) {
            return -1;
        }
        int count = Math.min(length, received.remaining());
        received.get(target, offset, count);
        return count;
    }

    /** Whether more bytes are here already. */
    @Override
    public int available() {
        return received.remaining();
    }

    @Override
    public void close() {
        try (channel) {
            selector.close();
        } catch (IOException e) {
            // Nothing was to come any more.
        }
    }
}
