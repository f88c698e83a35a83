// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blueprint of a map, as an object file defines it or as code builds it; pure, makes nothing.
 *
 * @param name as in the object; {@code .rodata}, {@code .data.x} and so on for global data
 * @param keyBytes 0 where the type has no key
 * @param valueBytes of one CPU's value
 * @param maxEntries entries; for a ring buffer bytes
 * @param flags {@link MapFlags}
 * @param extra {@code map_extra}: hash functions of a bloom filter, else 0
 * @param inner blueprint of the values of a map of maps; null where it has none
 * @param contents what the map holds from the start
 * @param frozen whether nobody may write once {@code contents} are in: {@code .rodata}
 * @param types how key and value are typed in the object's BTF; null without BTF
 */
public record MapSpec(
        String name,
        MapType type,
        int keyBytes,
        int valueBytes,
        int maxEntries,
        int flags,
        long extra,
        @Nullable MapSpec inner,
        List<Entry> contents,
        boolean frozen,
        @Nullable ValueTypes types) {
    public MapSpec {
        contents = List.copyOf(contents);
    }

    /** A plain map without contents. */
    public static MapSpec of(String name, MapType type, int keyBytes, int valueBytes, int maxEntries) {
        return new MapSpec(name, type, keyBytes, valueBytes, maxEntries, 0, 0, null, List.of(), false, null);
    }

    public MapSpec withFlags(int newFlags) {
        return new MapSpec(
                name, type, keyBytes, valueBytes, maxEntries, newFlags, extra, inner, contents, frozen, types);
    }

    public MapSpec withInner(MapSpec newInner) {
        return new MapSpec(
                name, type, keyBytes, valueBytes, maxEntries, flags, extra, newInner, contents, frozen, types);
    }

    public MapSpec withExtra(long newExtra) {
        return new MapSpec(
                name, type, keyBytes, valueBytes, maxEntries, flags, newExtra, inner, contents, frozen, types);
    }

    public MapSpec withContents(List<Entry> newContents) {
        return new MapSpec(
                name, type, keyBytes, valueBytes, maxEntries, flags, extra, inner, newContents, frozen, types);
    }

    /** BTF type ids of key and value, 0 for void; the ids are those of the object's {@code Btf}. */
    public record ValueTypes(int keyTypeId, int valueTypeId) {}

    /** Something that a map holds from the start. */
    public sealed interface Entry {
        /** Bytes of a global data section, at key 0. */
        record Data(Bytes bytes) implements Entry {}

        /** Slot of a map of maps: the map with that index in the object. */
        record InnerMap(int key, int mapIndex) implements Entry {}

        /** Slot of a program array: the program of that name in the object. */
        record Program(int key, String programName) implements Entry {}
    }
}
