// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.Locale;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.ebpf.map.MapSpec;

/**
 * A map's definition.
 *
 * @param type as in {@code enum bpf_map_type}, without its prefix: {@code PERCPU_ARRAY}
 * @param valueBytes of one CPU
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MapShape(String type, int keyBytes, int valueBytes, long maxEntries, int flags) {
    static MapShape of(MapSpec spec) {
        return new MapShape(
                spec.type().name(),
                spec.keyBytes(),
                spec.valueBytes(),
                Integer.toUnsignedLong(spec.maxEntries()),
                spec.flags());
    }

    /** For people: {@code HASH, key 8 bytes, value 4 bytes, up to 1,024 entries}. */
    @Override
    public String toString() {
        String key = keyBytes == 0 ? "" : ", key " + keyBytes + " bytes";
        String value = valueBytes == 0 ? "" : ", value " + valueBytes + " bytes";
        String room = type.equals("RINGBUF") ? "%,d bytes" : maxEntries == 1 ? "%,d entry" : "%,d entries";
        return type + key + value + ", " + String.format(Locale.ROOT, room, maxEntries)
                + (flags == 0 ? "" : ", flags 0x" + Integer.toHexString(flags));
    }
}
