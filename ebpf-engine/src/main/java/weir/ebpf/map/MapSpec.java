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
 * @param spinLockOffset bytes from the start of the value to its {@code struct bpf_spin_lock}, or
 *     {@link #NO_SPIN_LOCK}
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
        @Nullable ValueTypes types,
        int spinLockOffset) {
    /** {@link #spinLockOffset} of values without a lock. */
    public static final int NO_SPIN_LOCK = -1;

    public MapSpec {
        contents = List.copyOf(contents);
    }

    /** A map whose values hold no spin lock. */
    public MapSpec(
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
        this(name, type, keyBytes, valueBytes, maxEntries, flags, extra, inner, contents, frozen, types, NO_SPIN_LOCK);
    }

    /** A plain map without contents. */
    public static MapSpec of(String name, MapType type, int keyBytes, int valueBytes, int maxEntries) {
        return new MapSpec(name, type, keyBytes, valueBytes, maxEntries, 0, 0, null, List.of(), false, null);
    }

    public MapSpec withFlags(int newFlags) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                newFlags,
                extra,
                inner,
                contents,
                frozen,
                types,
                spinLockOffset);
    }

    public MapSpec withInner(MapSpec newInner) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                flags,
                extra,
                newInner,
                contents,
                frozen,
                types,
                spinLockOffset);
    }

    public MapSpec withMaxEntries(int newMaxEntries) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                newMaxEntries,
                flags,
                extra,
                inner,
                contents,
                frozen,
                types,
                spinLockOffset);
    }

    public MapSpec withExtra(long newExtra) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                flags,
                newExtra,
                inner,
                contents,
                frozen,
                types,
                spinLockOffset);
    }

    public MapSpec withContents(List<Entry> newContents) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                flags,
                extra,
                inner,
                newContents,
                frozen,
                types,
                spinLockOffset);
    }

    public MapSpec withFrozen(boolean newFrozen) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                flags,
                extra,
                inner,
                contents,
                newFrozen,
                types,
                spinLockOffset);
    }

    public MapSpec withSpinLockOffset(int newSpinLockOffset) {
        return new MapSpec(
                name,
                type,
                keyBytes,
                valueBytes,
                maxEntries,
                flags,
                extra,
                inner,
                contents,
                frozen,
                types,
                newSpinLockOffset);
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
