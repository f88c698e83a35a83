// SPDX-License-Identifier: Apache-2.0

package weir.control.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a network driver as Docker does: HTTP/1.1 over a Unix socket, with an empty {@code Host}. */
public final class PluginClient {
    private static final String BLANK_LINE = "\r\n\r\n";

    private final Path socket;

    /** For the driver that listens there. */
    public PluginClient(Path socket) {
        this.socket = socket;
    }

    /** What came back, whole. */
    String raw(String path, byte[] body) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: \r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: "
                + body.length + "\r\nAccept: application/vnd.docker.plugins.v1.2+json\r\nConnection: close"
                + BLANK_LINE;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
            try {
                ByteBuffer content = ByteBuffer.wrap(body);
                while (content.hasRemaining()) {
                    channel.write(content);
                }
            } catch (IOException e) {
                // Refused before all of it was sent: the answer says why.
            }
            return new String(readAll(channel), StandardCharsets.UTF_8);
        }
    }

    private static byte[] readAll(SocketChannel channel) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            Channels.newInputStream(channel).transferTo(bytes);
        } catch (IOException e) {
            // Reset by a driver that did not read everything; what it said before counts.
        }
        return bytes.toByteArray();
    }

    /** The JSON that came back with 200. */
    JsonNode call(String path, String body) throws IOException {
        String answer = raw(path, body.getBytes(StandardCharsets.UTF_8));
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            throw new AssertionError(answer);
        }
        return JsonMapper.shared().readTree(answer.substring(answer.indexOf(BLANK_LINE) + BLANK_LINE.length()));
    }

    /** The same below {@code /NetworkDriver.}. */
    public JsonNode driver(String call, String body) throws IOException {
        return call("/NetworkDriver." + call, body);
    }
}
