// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.InputStream;
import java.util.Locale;
import java.util.Map;

/**
 * An answer that goes on: events, a capture. Its body ends when the daemon ends it, and when the reading thread is
 * interrupted. One thread; to be closed.
 */
public final class ApiStream implements AutoCloseable {
    private final Connection connection;
    private final AnswerHead head;
    private final InputStream body;

    ApiStream(Connection connection, AnswerHead head) {
        this.connection = connection;
        this.head = head;
        body = new BodyInput(connection, head.bodyLength());
    }

    /** Waits for ever; what comes next may be hours away. */
    public InputStream body() {
        return body;
    }

    public int status() {
        return head.status();
    }

    /** By names in lower case. */
    public Map<String, String> headers() {
        return head.headers();
    }

    String mediaType() {
        return head.headers()
                .getOrDefault("content-type", "")
                .replaceFirst(";.*", "")
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    String reason() {
        return head.reason();
    }

    void waitUntil(Deadline deadline) {
        connection.waitUntil(deadline);
    }

    @Override
    public void close() {
        connection.close();
    }
}
