// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * A map's definition.
 *
 * @param type as in {@code enum bpf_map_type}, without its prefix: {@code PERCPU_ARRAY}
 * @param valueBytes of one CPU
 * @param pinning who shares the map: {@code none}, {@code by_name}
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MapShape(String type, int keyBytes, int valueBytes, long maxEntries, int flags, String pinning) {
    private static final List<Flag> FLAGS = List.of(
            new Flag(MapFlags.NO_PREALLOC, "not preallocated"),
            new Flag(MapFlags.NO_COMMON_LRU, "LRU per CPU"),
            new Flag(MapFlags.NUMA_NODE, "NUMA node"),
            new Flag(MapFlags.RDONLY, "read-only for control code"),
            new Flag(MapFlags.WRONLY, "write-only for control code"),
            new Flag(MapFlags.RDONLY_PROG, "read-only for programs"),
            new Flag(MapFlags.WRONLY_PROG, "write-only for programs"),
            new Flag(MapFlags.MMAPABLE, "mmapable"),
            new Flag(MapFlags.INNER_MAP, "inner map"));

    private record Flag(int bit, String name) {}

    static MapShape of(MapSpec spec) {
        return new MapShape(
                spec.type().name(),
                spec.keyBytes(),
                spec.valueBytes(),
                Integer.toUnsignedLong(spec.maxEntries()),
                spec.flags(),
                spec.pinning().name().toLowerCase(Locale.ROOT));
    }

    /** For people: {@code HASH, key 8 bytes, value 4 bytes, up to 1,024 entries}. */
    @Override
    public String toString() {
        boolean isShared = pinning.equals(MapSpec.Pinning.BY_NAME.name().toLowerCase(Locale.ROOT));
        return kind() + ", " + room() + flagNames() + (isShared ? ", pinned by name" : "");
    }

    /** Type and sizes: {@code HASH, key 8 bytes, value 4 bytes}. */
    public String kind() {
        String key = keyBytes == 0 ? "" : ", key " + keyBytes + " bytes";
        String value = valueBytes == 0 ? "" : ", value " + valueBytes + " bytes";
        return type + key + value;
    }

    /** {@code 1,024 entries}. */
    public String room() {
        String format =
                type.equals(MapType.RINGBUF.name()) ? "%,d bytes" : maxEntries == 1 ? "%,d entry" : "%,d entries";
        return String.format(Locale.ROOT, format, maxEntries);
    }

    /** Names of flags, each behind a comma. */
    private String flagNames() {
        StringBuilder names = new StringBuilder();
        int left = flags;
        for (Flag flag : FLAGS) {
            if ((left & flag.bit()) != 0) {
                names.append(", ").append(flag.name());
                left &= ~flag.bit();
            }
        }
        return left == 0 ? names.toString() : names + ", flags 0x" + Integer.toHexString(left);
    }
}
