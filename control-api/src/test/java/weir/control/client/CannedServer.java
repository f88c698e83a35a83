// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** A server by hand on a Unix socket, which says to its one client what a test wants it to say. */
public final class CannedServer implements AutoCloseable {
    private final ServerSocketChannel server;
    private final CompletableFuture<String> request;
    private final CompletableFuture<Boolean> hasAccepted;

    /** What it does with its client. */
    @FunctionalInterface
    public interface Script {
        void play(SocketChannel client) throws IOException, InterruptedException;
    }

    private CannedServer(
            ServerSocketChannel server, CompletableFuture<String> request, CompletableFuture<Boolean> hasAccepted) {
        this.server = server;
        this.request = request;
        this.hasAccepted = hasAccepted;
    }

    public static CannedServer at(Path socket, Script script) throws IOException {
        return at(socket, script, new CompletableFuture<>());
    }

    private static CannedServer at(Path socket, Script script, CompletableFuture<String> request) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket));
        CompletableFuture<Boolean> hasAccepted = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try (SocketChannel client = channel.accept()) {
                hasAccepted.complete(true);
                script.play(client);
            } catch (IOException | InterruptedException e) {
                request.completeExceptionally(e);
            } finally {
                hasAccepted.complete(false);
            }
        });
        return new CannedServer(channel, request, hasAccepted);
    }

    /** Reads the whole request, then says these bytes and hangs up. */
    public static CannedServer saying(Path socket, String answer) throws IOException {
        CompletableFuture<String> read = new CompletableFuture<>();
        return at(
                socket,
                client -> {
                    read.complete(readRequest(client));
                    say(client, answer);
                },
                read);
    }

    /** The request that came. */
    public String request() {
        return request.join();
    }

    public static void say(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    /** Head, and so much body as its Content-Length says. */
    public static String readRequest(SocketChannel client) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
        while (!isWhole(read.toString(StandardCharsets.ISO_8859_1)) && client.read(buffer) >= 0) {
            buffer.flip();
            read.write(buffer.array(), 0, buffer.limit());
            buffer.clear();
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    private static boolean isWhole(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        int length = text.lines()
                .filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
                .findFirst()
                .orElse(0);
        return text.length() >= end + 4 + length;
    }

    /** Nobody is listened to any more: the socket stays open until the thread that accepts has noticed. */
    @Override
    public void close() throws IOException {
        server.close();
        boolean _ = hasAccepted.join();
    }
}
