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
 * @param pinning who else gets the same map
 * @param numaNode where the definition wants its memory, or {@link #NO_NUMA_NODE}; memory lies where the
 *     operating system puts it all the same
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
        Pinning pinning,
        int numaNode,
        int spinLockOffset) {
    /** {@link #spinLockOffset} of values without a lock. */
    public static final int NO_SPIN_LOCK = -1;

    /** {@link #numaNode} of maps that may lie anywhere. */
    public static final int NO_NUMA_NODE = -1;

    public MapSpec {
        contents = List.copyOf(contents);
    }

    /** {@code enum libbpf_pin_type}. */
    public enum Pinning {
        /** Each object that is loaded has a map of its own. */
        NONE,
        /** Objects with a map of that name and definition share one. */
        BY_NAME
    }

    /** A plain map without contents. */
    public static MapSpec of(String name, MapType type, int keyBytes, int valueBytes, int maxEntries) {
        return builder(name, type)
                .keyBytes(keyBytes)
                .valueBytes(valueBytes)
                .maxEntries(maxEntries)
                .build();
    }

    /** A map of this type; everything else is 0, or absent, until it is set. */
    public static Builder builder(String name, MapType type) {
        return new Builder(name, type);
    }

    /**
     * Whether a live map of the other blueprint can take this one's place and keep what it holds: name, type, sizes,
     * flags and the first contents of global data are equal. What BTF says of key and value, and the maps and
     * programs that are put in from the start, do not count.
     */
    public boolean isSameDefinitionAs(MapSpec other) {
        return name.equals(other.name)
                && type == other.type
                && keyBytes == other.keyBytes
                && valueBytes == other.valueBytes
                && maxEntries == other.maxEntries
                && flags == other.flags
                && extra == other.extra
                && spinLockOffset == other.spinLockOffset
                && frozen == other.frozen
                && data(contents).equals(data(other.contents))
                && isSameDefinition(inner, other.inner);
    }

    private static boolean isSameDefinition(@Nullable MapSpec one, @Nullable MapSpec other) {
        return one == null ? other == null : other != null && one.isSameDefinitionAs(other);
    }

    private static List<Entry> data(List<Entry> contents) {
        return contents.stream().filter(Entry.Data.class::isInstance).toList();
    }

    /** A builder that holds what this blueprint says. */
    public Builder toBuilder() {
        Builder builder = new Builder(name, type);
        builder.keyBytes = keyBytes;
        builder.valueBytes = valueBytes;
        builder.maxEntries = maxEntries;
        builder.flags = flags;
        builder.extra = extra;
        builder.inner = inner;
        builder.contents = contents;
        builder.frozen = frozen;
        builder.types = types;
        builder.pinning = pinning;
        builder.numaNode = numaNode;
        builder.spinLockOffset = spinLockOffset;
        return builder;
    }

    public MapSpec withFlags(int newFlags) {
        return toBuilder().flags(newFlags).build();
    }

    public MapSpec withInner(MapSpec newInner) {
        return toBuilder().inner(newInner).build();
    }

    public MapSpec withMaxEntries(int newMaxEntries) {
        return toBuilder().maxEntries(newMaxEntries).build();
    }

    public MapSpec withExtra(long newExtra) {
        return toBuilder().extra(newExtra).build();
    }

    public MapSpec withContents(List<Entry> newContents) {
        return toBuilder().contents(newContents).build();
    }

    public MapSpec withFrozen(boolean newFrozen) {
        return toBuilder().frozen(newFrozen).build();
    }

    public MapSpec withPinning(Pinning newPinning) {
        return toBuilder().pinning(newPinning).build();
    }

    public MapSpec withSpinLockOffset(int newSpinLockOffset) {
        return toBuilder().spinLockOffset(newSpinLockOffset).build();
    }

    /** Puts a blueprint together. One thread. */
    public static final class Builder {
        private final String name;
        private final MapType type;
        private int keyBytes;
        private int valueBytes;
        private int maxEntries;
        private int flags;
        private long extra;
        private @Nullable MapSpec inner;
        private List<Entry> contents = List.of();
        private boolean frozen;
        private @Nullable ValueTypes types;
        private Pinning pinning = Pinning.NONE;
        private int numaNode = NO_NUMA_NODE;
        private int spinLockOffset = NO_SPIN_LOCK;

        private Builder(String name, MapType type) {
            this.name = name;
            this.type = type;
        }

        public Builder keyBytes(int value) {
            keyBytes = value;
            return this;
        }

        public Builder valueBytes(int value) {
            valueBytes = value;
            return this;
        }

        public Builder maxEntries(int value) {
            maxEntries = value;
            return this;
        }

        public Builder flags(int value) {
            flags = value;
            return this;
        }

        public Builder extra(long value) {
            extra = value;
            return this;
        }

        public Builder inner(@Nullable MapSpec value) {
            inner = value;
            return this;
        }

        public Builder contents(List<Entry> value) {
            contents = value;
            return this;
        }

        public Builder frozen(boolean value) {
            frozen = value;
            return this;
        }

        public Builder types(@Nullable ValueTypes value) {
            types = value;
            return this;
        }

        public Builder pinning(Pinning value) {
            pinning = value;
            return this;
        }

        public Builder numaNode(int value) {
            numaNode = value;
            return this;
        }

        public Builder spinLockOffset(int value) {
            spinLockOffset = value;
            return this;
        }

        public MapSpec build() {
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
                    pinning,
                    numaNode,
                    spinLockOffset);
        }
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
