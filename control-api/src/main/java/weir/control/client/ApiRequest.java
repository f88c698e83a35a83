// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request. Immutable, but for the bytes of its body, which are not copied.
 *
 * @param headers beside those that every request has
 * @param body sent as it is; empty for none
 */
public record ApiRequest(String method, ApiPath path, Map<String, String> headers, byte[] body) {
    private static final String CONTENT_TYPE = "Content-Type";

    public ApiRequest {
        headers = Map.copyOf(headers);
    }

    public static ApiRequest get(ApiPath path) {
        return of("GET", path);
    }

    public static ApiRequest post(ApiPath path) {
        return of("POST", path);
    }

    public static ApiRequest put(ApiPath path) {
        return of("PUT", path);
    }

    public static ApiRequest patch(ApiPath path) {
        return of("PATCH", path);
    }

    public static ApiRequest delete(ApiPath path) {
        return of("DELETE", path);
    }

    private static ApiRequest of(String method, ApiPath path) {
        return new ApiRequest(method, path, Map.of(), new byte[0]);
    }

    /** With one more header; the value is one line of ASCII. */
    public ApiRequest withHeader(String name, String value) {
        return with(name, value, body);
    }

    /** With a JSON document as body. */
    public ApiRequest withJson(Object value) {
        String json = JsonMapper.shared().writeValueAsString(value);
        return withBody("application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** With bytes as body. */
    public ApiRequest withBody(String contentType, byte[] content) {
        return with(CONTENT_TYPE, contentType, content);
    }

    private ApiRequest with(String name, String value, byte[] content) {
        if (!value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("header " + name + " is not a line of ASCII");
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiRequest(method, path, more, content);
    }
}
