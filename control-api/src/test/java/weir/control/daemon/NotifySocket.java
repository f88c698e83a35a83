// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import weir.core.testing.Law;
import weir.ports.linux.SocketIo;
import weir.ports.linux.UnixSocket;

/** A service manager's end of NOTIFY_SOCKET. */
final class NotifySocket implements AutoCloseable {
    private static final int MAX_BYTES = 4_096;
    private static final int MODE = 0600;

    private final UnixSocket socket;

    NotifySocket(Path path) throws Exception {
        socket = UnixSocket.datagram();
        socket.bind(path.toString(), MODE);
    }

    /** Waits for a message that contains a text; others are passed over. */
    void await(String text) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_BYTES);
            Law.eventually(text, DaemonProcess.PATIENCE_NANOS, () -> {
                long bytes = SocketIo.receive(socket.fd(), buffer.address(), MAX_BYTES);
                return bytes >= 0
                        && new String(buffer.asSlice(0, bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8)
                                .contains(text);
            });
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
