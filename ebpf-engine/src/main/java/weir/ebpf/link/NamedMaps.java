// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.link;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.ebpf.ObjectFileException;
import weir.ebpf.elf.Section;
import weir.ebpf.elf.SectionData;
import weir.ebpf.elf.Symbol;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/**
 * Records in the section {@code maps} whose type is a name: {@code struct ebpf_map_def} of generic-ebpf ({@code
 * sys/ebpf_uapi.h}), as {@code EBPF_DEFINE_MAP} makes them for VALE-BPF.
 *
 * <pre>
 *  byte  0     64        68          72           76     80
 *        type  key_size  value_size  max_entries  flags
 *        text
 * </pre>
 */
final class NamedMaps {
    private static final int RECORD_BYTES = 80;
    private static final int NAME_BYTES = 64;
    private static final int KEY_AT = 64;
    private static final int VALUE_AT = 68;
    private static final int ENTRIES_AT = 72;
    private static final int FLAGS_AT = 76;

    private static final Map<String, MapType> TYPES = types();

    private NamedMaps() {}

    /** In the order that messages list them. */
    private static Map<String, MapType> types() {
        Map<String, MapType> types = new LinkedHashMap<>();
        types.put("array", MapType.ARRAY);
        types.put("percpu_array", MapType.PERCPU_ARRAY);
        types.put("hashtable", MapType.HASH);
        types.put("percpu_hashtable", MapType.PERCPU_HASH);
        return types;
    }

    /** Whether a section has such a record. */
    static boolean isIn(Section section, List<Symbol> symbols) throws ObjectFileException {
        SectionData data = section.data();
        for (Symbol symbol : symbols) {
            boolean isInside = symbol.value() >= 0 && symbol.value() <= data.length() - RECORD_BYTES;
            if (isInside && symbol.sizeBytes() == RECORD_BYTES && hasName(data, symbol.value())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the record at a place, inside the section, is of this form. */
    static boolean isOne(SectionData data, long at, long bytes) throws ObjectFileException {
        return bytes == RECORD_BYTES && hasName(data, at);
    }

    /** A type that is a number is less than 256: its second byte is 0. */
    private static boolean hasName(SectionData data, long at) throws ObjectFileException {
        return data.u8(at + 1) != 0;
    }

    /** Reads the record at a place, which {@link #isOne}. */
    static MapSpec read(SectionData data, long at, String name) throws ObjectFileException {
        String quoted = SectionData.quote(name);
        String typeName = data.string(at);
        MapType type = TYPES.get(typeName);
        if (type == null || typeName.length() >= NAME_BYTES) {
            throw data.fail(
                    at,
                    "map " + quoted + " has type " + SectionData.quote(typeName)
                            + ", which is not supported; supported are " + String.join(", ", TYPES.keySet()));
        }
        int flags = data.i32(at + FLAGS_AT);
        if (flags != 0) {
            throw data.fail(
                    at + FLAGS_AT,
                    "map " + quoted + " has the flags 0x" + Integer.toHexString(flags)
                            + "; maps with the name of their type have none");
        }
        return MapSpec.of(
                name,
                type,
                LegacyMaps.count(data, at + KEY_AT, quoted),
                LegacyMaps.count(data, at + VALUE_AT, quoted),
                LegacyMaps.count(data, at + ENTRIES_AT, quoted));
    }
}
