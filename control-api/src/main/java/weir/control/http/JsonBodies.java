// SPDX-License-Identifier: Apache-2.0

package weir.control.http;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.control.plane.ControlException;

/** Reads bodies of requests: one JSON value, not too deep, no field twice. */
final class JsonBodies {
    /** Deepest nesting. */
    static final int MAX_DEPTH = 32;

    private static final String HINT =
            "openapi.yaml describes every body; they are nested " + MAX_DEPTH + " deep at most";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonBodies() {}

    /**
     * Reads a body.
     *
     * @throws ControlException when it is no JSON, with line and column
     */
    static JsonNode read(@Nullable Buffer buffer) throws ControlException {
        if (buffer == null || buffer.length() == 0) {
            throw ControlException.invalid("", "the body is empty, needed is JSON", HINT);
        }
        try {
            return MAPPER.readTree(buffer.getBytes());
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw ControlException.invalid("", "the body is no JSON" + place + ": " + firstLine(e), HINT);
        }
    }

    private static String firstLine(JacksonException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }
}
