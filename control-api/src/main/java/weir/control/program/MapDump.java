// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a map holds.
 *
 * @param typed whether values are shown by the object's types; as numbers or bytes otherwise
 * @param count entries that there are; of arrays those that are not all zero, of bloom filters an estimate
 * @param leftOut entries that are not shown
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MapDump(@JsonUnwrapped MapShape shape, boolean typed, long count, long leftOut, List<Entry> entries) {
    /**
     * An entry.
     *
     * @param key null where the map has no keys
     * @param value for per-CPU maps a list, one for each CPU; for bloom filters how full they are
     */
    public record Entry(
            @Nullable Object key, Object value, @JsonIgnore Text text) {}

    /**
     * The same for people, a line each.
     *
     * @param variables of a data section, by name; empty for other entries
     */
    public record Text(String key, String value, Map<String, String> variables) {}
}
