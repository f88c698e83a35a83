// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events (WHATWG HTML, section 9.2.6). One thread. */
public final class ServerEvents {
    private static final int MAX_EVENT_BYTES = 8 << 20;
    private static final String DEFAULT_TYPE = "message";

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private String lastId = "";
    private boolean skipLineFeed;

    /** @param in stays the caller's to close */
    public ServerEvents(InputStream in) {
        this.in = in;
    }

    /**
     * An event.
     *
     * @param id of this or the last event that had one; empty before
     * @param type what it is about
     */
    public record Event(String id, String type, String data) {}

    /**
     * Waits for the next event.
     *
     * @return null when the stream has ended
     * @throws DaemonException when the connection breaks, or an event is too large
     */
    public @Nullable Event next() {
        try {
            return read();
        } catch (IOException e) {
            throw new DaemonException(
                    DaemonException.Kind.UNREACHABLE,
                    "the connection to the daemon broke: " + e.getMessage(),
                    "see the daemon's log, and try again",
                    e);
        }
    }

    private @Nullable Event read() throws IOException {
        StringBuilder data = new StringBuilder();
        String type = DEFAULT_TYPE;
        for (String text = line(); text != null; text = line()) {
            if (text.isEmpty()) {
                if (!data.isEmpty()) {
                    return new Event(lastId, type, data.substring(0, data.length() - 1));
                }
                type = DEFAULT_TYPE;
                continue;
            }
            int colon = text.indexOf(':');
            String field = colon < 0 ? text : text.substring(0, colon);
            String value = colon < 0 ? "" : text.substring(colon + 1).replaceFirst("^ ", "");
            switch (field) {
                case "data" -> data.append(value).append('\n');
                case "event" -> type = value;
                case "id" -> lastId = value.indexOf('\0') < 0 ? value : lastId;
                default -> {
                    // A comment, or a field of a later version.
                }
            }
            if (data.length() > MAX_EVENT_BYTES) {
                throw tooLarge();
            }
        }
        return null;
    }

    /** A line that ends with CR, LF or both; null at the end of the stream, where what is begun does not count. */
    private @Nullable String line() throws IOException {
        line.reset();
        for (int c = in.read(); c >= 0; c = in.read()) {
            boolean isSecondHalf = skipLineFeed && c == '\n';
            skipLineFeed = c == '\r';
            if (isSecondHalf) {
                continue;
            }
            if (c == '\r' || c == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() > MAX_EVENT_BYTES) {
                throw tooLarge();
            }
            line.write(c);
        }
        return null;
    }

    private static DaemonException tooLarge() {
        return DaemonException.badAnswer("an event has more than " + MAX_EVENT_BYTES + " bytes");
    }
}
