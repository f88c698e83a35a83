// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An answer that was read to its end.
 *
 * @param headers by name in lower case
 * @param json the document; missing when there is none
 */
public record ApiAnswer(int status, Map<String, String> headers, JsonNode json) {
    /** A header; empty when the answer does not have it. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
