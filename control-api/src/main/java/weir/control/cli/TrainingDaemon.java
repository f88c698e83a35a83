// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gives every request the same answer, so that {@link TrainingCommand} can show the JVM what a client does. A daemon would
 * bring a thousand classes into the cache that no client needs.
 */
final class TrainingDaemon implements AutoCloseable {
    private static final int REQUEST_BYTES = 256 << 10;
    private static final String BODY = """
            {"switches": {"lan": {"ports": 0, "workers": 1, "wait": "adaptive"}}, "ports": {}, "programs": {}, "links": {},
             "maps": {}, "entries": [], "drops": {}, "name": "lan", "object": "sha256:0", "workers": 1}
            """;
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + BODY.length() + "\r\n\r\n" + BODY)
            .getBytes(StandardCharsets.US_ASCII);

    private final Path socket;
    private final ServerSocketChannel server;

    private TrainingDaemon(Path socket, ServerSocketChannel server) {
        this.socket = socket;
        this.server = server;
    }

    static TrainingDaemon listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        TrainingDaemon daemon = new TrainingDaemon(socket, server);
        Thread.ofPlatform().daemon().name("weir-training").start(daemon::answer);
        return daemon;
    }

    private void answer() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                client.read(ByteBuffer.allocate(REQUEST_BYTES));
                client.write(ByteBuffer.wrap(ANSWER));
            } catch (IOException e) {
                // A client that went away; or the training is over, which the loop sees.
            }
        }
    }

    String socket() {
        return socket.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
    }
}
