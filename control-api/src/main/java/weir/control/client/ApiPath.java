// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The path of an endpoint with its query, encoded as RFC 3986 wants it. Immutable. */
public final class ApiPath {
    private static final String VERSION = "/v1";
    private static final String UNRESERVED = "-._~";
    private static final int HTTP_BAD_REQUEST = 400;
    private static final int HEX = 16;
    private static final int LOW_BITS = 0xf;

    private final String text;
    private final boolean hasQuery;

    private ApiPath(String text, boolean hasQuery) {
        this.text = text;
        this.hasQuery = hasQuery;
    }

    /**
     * {@code /v1/SEGMENT/SEGMENT...}; whatever a segment holds stays within it.
     *
     * @throws DaemonException for a segment that no server takes for a name
     */
    public static ApiPath of(String... segments) {
        return below(VERSION, segments);
    }

    /**
     * {@code /SEGMENT/SEGMENT...}, of a server that is no daemon of ours.
     *
     * @throws DaemonException as {@link #of}
     */
    public static ApiPath unversioned(String... segments) {
        return below("", segments);
    }

    private static ApiPath below(String root, String... segments) {
        StringBuilder path = new StringBuilder(root);
        for (String segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new DaemonException(
                        new DaemonException.Refusal(HTTP_BAD_REQUEST, "invalid", List.of(), List.of()),
                        "'" + segment + "' is no name",
                        "names have letters, digits, '_', '.' and '-'");
            }
            path.append('/').append(encoded(segment));
        }
        return new ApiPath(path.toString(), false);
    }

    /** Below the root: {@code /metrics}, {@code /livez}. */
    public static ApiPath ofRoot(String name) {
        return new ApiPath("/" + encoded(name), false);
    }

    /** With one more parameter. */
    public ApiPath with(String name, String value) {
        return new ApiPath(text + (hasQuery ? '&' : '?') + encoded(name) + '=' + encoded(value), true);
    }

    private static String encoded(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = (b >= '0' && b <= '9')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= 'a' && b <= 'z')
                    || UNRESERVED.indexOf(b) >= 0;
            if (isPlain) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(hex(b >> 4)).append(hex(b));
            }
        }
        return encoded.toString();
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit & LOW_BITS, HEX));
    }

    /** As it stands in a request. */
    @Override
    public String toString() {
        return text;
    }
}
