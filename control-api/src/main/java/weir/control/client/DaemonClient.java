// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import weir.control.client.DaemonException.Kind;

/**
 * Asks a daemon over its Unix socket, or over TCP with TLS: HTTP/1.1, a connection for each request. All that goes wrong is a
 * {@link DaemonException} with a line of cause and a hint. Immutable, any thread.
 *
 * <pre>{@code
 * DaemonClient client = DaemonClient.at(Path.of("/run/weir/api.sock"));
 * JsonNode switches = client.json(ApiRequest.get(ApiPath.of("switches")));
 * try (ApiStream events = client.stream(ApiRequest.get(ApiPath.of("events")))) {
 *     events.body().transferTo(System.out);
 * }
 * }</pre>
 */
public final class DaemonClient {
    /** Longest wait for an answer: a program of the largest size is verified, compiled and warmed up meanwhile. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Largest answer that is read as a whole. */
    static final int MAX_ANSWER_BYTES = 64 << 20;

    private static final int FIRST_REFUSAL = 300;

    private final DaemonAddress address;
    private final Duration patience;

    private DaemonClient(DaemonAddress address, Duration patience) {
        this.address = address;
        this.patience = patience;
    }

    /** For the daemon that listens on a socket. Nothing is sent yet. */
    public static DaemonClient at(Path socket) {
        return at(new DaemonAddress.Unix(socket));
    }

    /** For the daemon at an address. Nothing is sent yet. */
    public static DaemonClient at(DaemonAddress address) {
        return new DaemonClient(address, PATIENCE);
    }

    /** One that waits for answers, or for streams to begin, so long. */
    public DaemonClient withPatience(Duration changed) {
        return new DaemonClient(address, changed);
    }

    /**
     * Asks, and returns the document of the answer; missing when it has none (204).
     *
     * @throws DaemonException when there is no answer, or one that is not 2xx
     */
    public JsonNode json(ApiRequest request) {
        return exchange(request).json();
    }

    /**
     * Asks whether, not what: what the answer says is not read.
     *
     * @throws DaemonException when there is no answer, or one that is not 2xx
     */
    public void check(ApiRequest request) {
        try (ApiStream _ = send(request)) {
            // That it came is all.
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** As {@link #json}, with status and headers. */
    public ApiAnswer exchange(ApiRequest request) {
        try (ApiStream stream = send(request)) {
            return new ApiAnswer(stream.status(), stream.headers(), document(stream));
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /**
     * Asks for something that goes on.
     *
     * @throws DaemonException when there is no answer, or one that is not 2xx
     */
    public ApiStream stream(ApiRequest request) {
        try {
            ApiStream stream = send(request);
            stream.waitUntil(Deadline.never());
            return stream;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private ApiStream send(ApiRequest request) throws IOException {
        Connection connection = connect();
        try {
            connection.send(head(request));
            connection.send(ByteBuffer.wrap(request.body()));
            ApiStream stream = new ApiStream(connection, AnswerHead.read(connection));
            if (stream.status() >= FIRST_REFUSAL) {
                throw Problems.read(stream, bytes(stream));
            }
            return stream;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Connection connect() {
        Deadline deadline = Deadline.in(patience);
        return switch (address) {
            case DaemonAddress.Unix unix -> UnixConnection.to(unix.socket(), deadline);
            case DaemonAddress.Tls tls -> TlsConnection.to(tls, deadline);
        };
    }

    private ByteBuffer head(ApiRequest request) {
        Map<String, String> headers = new LinkedHashMap<>();
        switch (address) {
            case DaemonAddress.Unix _ -> headers.put("Host", "localhost");
            case DaemonAddress.Tls tls -> {
                headers.put("Host", tls.authority());
                headers.put("Authorization", "Bearer " + tls.token());
            }
        }
        headers.put("Accept", "*/*");
        headers.put("Connection", "close");
        headers.put("User-Agent", "weir");
        if (request.body().length > 0 || !request.method().equals("GET")) {
            headers.put("Content-Length", Integer.toString(request.body().length));
        }
        headers.putAll(request.headers());
        StringBuilder head = new StringBuilder(request.method() + ' ' + request.path() + " HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static JsonNode document(ApiStream stream) throws IOException {
        byte[] body = bytes(stream);
        if (body.length == 0) {
            return MissingNode.getInstance();
        }
        if (!stream.mediaType().equals("application/json")) {
            throw DaemonException.badAnswer("it is '" + AnswerHead.shown(stream.mediaType()) + "' and not JSON");
        }
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw DaemonException.badAnswer("its JSON is broken: " + AnswerHead.shown(e.getOriginalMessage()));
        }
    }

    private static byte[] bytes(ApiStream stream) throws IOException {
        byte[] body = stream.body().readNBytes(MAX_ANSWER_BYTES + 1);
        if (body.length > MAX_ANSWER_BYTES) {
            throw DaemonException.badAnswer("it has more than " + MAX_ANSWER_BYTES + " bytes");
        }
        return body;
    }

    private static DaemonException lost(IOException e) {
        return new DaemonException(
                Kind.UNREACHABLE,
                "the connection to the daemon broke: " + e.getMessage(),
                "see the daemon's log, and try again",
                e);
    }
}
