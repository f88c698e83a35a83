// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** HTTP/1.1 on a Unix socket, a connection for each request, as little of it as tests need. */
final class StreamingClient {
    private final Path socket;

    StreamingClient(Path socket) {
        this.socket = socket;
    }

    /** An answer whose body is read as it comes. */
    static final class Answer implements AutoCloseable {
        private final SocketChannel channel;
        private final InputStream in;
        private final int status;
        private final Map<String, String> headers = new HashMap<>();
        private int leftInChunk;
        private boolean isAtEnd;

        Answer(SocketChannel channel) throws IOException {
            this.channel = channel;
            in = new BufferedInputStream(Channels.newInputStream(channel));
            status = Integer.parseInt(line(in).split(" ", -1)[1]);
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            if (!isChunked()) {
                leftInChunk = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            }
        }

        private boolean isChunked() {
            return "chunked".equals(headers.get("transfer-encoding"));
        }

        int status() {
            return status;
        }

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        /** Reads some of the body; -1 at its end. */
        private int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (leftInChunk == 0 && !nextChunk()) {
                return -1;
            }
            int n = in.read(bytes, offset, Math.min(length, leftInChunk));
            if (n < 0) {
                throw new EOFException("the answer was cut");
            }
            leftInChunk -= n;
            if (leftInChunk == 0 && isChunked()) {
                line(in);
            }
            return n;
        }

        private boolean nextChunk() throws IOException {
            if (isAtEnd || !isChunked()) {
                return false;
            }
            leftInChunk = Integer.parseInt(line(in), 16);
            if (leftInChunk == 0) {
                line(in);
                isAtEnd = true;
            }
            return !isAtEnd;
        }

        /** The body as it comes. */
        InputStream body() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    return Answer.this.read(bytes, offset, length);
                }
            };
        }

        String text() throws IOException {
            return new String(body().readAllBytes(), StandardCharsets.UTF_8);
        }

        JsonNode json() throws IOException {
            return Answers.JSON.readTree(text());
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended within a line: " + line);
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    Answer get(String path, String... headers) throws IOException {
        return send("GET", path, "", headers);
    }

    Answer post(String path, String body) throws IOException {
        return send("POST", path, body, "Content-Type: application/json");
    }

    Answer delete(String path) throws IOException {
        return send("DELETE", path, "");
    }

    private Answer send(String method, String path, String body, String... headers) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: weir\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        channel.write(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.US_ASCII)));
        channel.write(ByteBuffer.wrap(content));
        return new Answer(channel);
    }
}
