// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Status line and headers of an answer (RFC 9112, sections 4 and 5). Strict: whatever two readers could understand in two
 * ways is refused.
 *
 * @param headers by name in lower case; values of a name that stands several times are joined by commas
 */
record AnswerHead(int status, String reason, Map<String, String> headers) {
    /** Length of a body that ends when the connection does. */
    static final long UNTIL_CLOSED = -1;

    /** Length of a body in chunks. */
    static final long CHUNKED = -2;

    private static final int MAX_BYTES = 32 << 10;
    private static final int MAX_INTERIM = 8;
    private static final int SHOWN_CHARACTERS = 40;
    private static final int FIRST_FINAL = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})(?: (.*))?");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /** Reads the head of the final answer; those before it (100 Continue) are passed over. */
    static AnswerHead read(InputStream in) throws IOException {
        for (int i = 0; i < MAX_INTERIM; i++) {
            AnswerHead head = readOne(in);
            if (head.status >= FIRST_FINAL) {
                return head;
            }
        }
        throw DaemonException.badAnswer("it does not come to the point");
    }

    private static AnswerHead readOne(InputStream in) throws IOException {
        int[] room = {MAX_BYTES};
        String first = line(in, room);
        Matcher status = STATUS_LINE.matcher(first);
        if (!status.matches()) {
            throw DaemonException.badAnswer("it begins with '" + shown(first) + "' and is not HTTP/1.1");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in, room); !line.isEmpty(); line = line(in, room)) {
            Matcher header = HEADER.matcher(line);
            if (!header.matches()) {
                throw DaemonException.badAnswer("'" + shown(line) + "' is no header");
            }
            headers.merge(header.group(1).toLowerCase(Locale.ROOT), header.group(2), (a, b) -> a + ", " + b);
        }
        String reason = status.group(2) == null ? "" : status.group(2);
        return new AnswerHead(Integer.parseInt(status.group(1)), shown(reason), headers);
    }

    /** A line without its end. */
    static String line(InputStream in, int[] room) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw DaemonException.badAnswer("it ends too early");
            }
            if (room[0]-- == 0) {
                throw DaemonException.badAnswer("its head has more than " + MAX_BYTES + " bytes");
            }
            if (c == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                line.setLength(line.length() - 1);
                return line.toString();
            }
            if (c == '\n' || c == 0) {
                throw DaemonException.badAnswer("its head has a control character");
            }
            line.append((char) c);
        }
    }

    /** Bytes of the body, {@link #CHUNKED} or {@link #UNTIL_CLOSED} (RFC 9112, section 6.3). */
    long bodyLength() {
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            return 0;
        }
        String coding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (coding != null) {
            if (length != null || !coding.toLowerCase(Locale.ROOT).equals("chunked")) {
                throw DaemonException.badAnswer("its length is said in two ways, or in an unknown one");
            }
            return CHUNKED;
        }
        if (length == null) {
            return UNTIL_CLOSED;
        }
        if (!LENGTH.matcher(length).matches()) {
            throw DaemonException.badAnswer("'" + shown(length) + "' is no length");
        }
        return Long.parseLong(length);
    }

    /** Words of a stranger, short and without what could change a terminal. */
    static String shown(String text) {
        String ascii = new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII)
                .replaceAll("[^ -~]", "?");
        return ascii.length() <= SHOWN_CHARACTERS ? ascii : ascii.substring(0, SHOWN_CHARACTERS) + "...";
    }
}
