// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import weir.ports.linux.SocketIo;
import weir.ports.linux.UnixSocket;

/** A service manager's end of NOTIFY_SOCKET. */
final class NotifySocket implements AutoCloseable {
    private static final int MAX_BYTES = 4_096;
    private static final int MODE = 0600;
    private static final long PATIENCE_MILLIS = 30_000;

    private final UnixSocket socket;

    NotifySocket(Path path) throws Exception {
        socket = UnixSocket.datagram();
        socket.bind(path.toString(), MODE);
    }

    /** Waits for a message that contains a text; others are passed over. */
    void await(String text) throws Exception {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        SocketIo io = new SocketIo();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_BYTES);
            while (System.nanoTime() < end) {
                long bytes = io.receive(socket.fd(), buffer.address(), MAX_BYTES);
                if (bytes < 0) {
                    Thread.sleep(5);
                    continue;
                }
                String message = new String(buffer.asSlice(0, bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
                if (message.contains(text)) {
                    return;
                }
            }
        }
        throw new AssertionError("no " + text);
    }

    @Override
    public void close() {
        socket.close();
    }
}
