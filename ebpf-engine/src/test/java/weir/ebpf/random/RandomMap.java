// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import weir.ebpf.kernel.SpinLockBtf;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;

/** The maps that random programs use; one of each at most. */
enum RandomMap {
    ARRAY(MapType.ARRAY, 4, 64, 4),
    /** Fewer places than there are keys: updates run into E2BIG. */
    HASH(MapType.HASH, 8, 32, 6),
    LRU_HASH(MapType.LRU_HASH, 4, 16, 64),
    PERCPU_ARRAY(MapType.PERCPU_ARRAY, 4, 24, 4),
    PERCPU_HASH(MapType.PERCPU_HASH, 4, 16, 16),
    LRU_PERCPU_HASH(MapType.LRU_PERCPU_HASH, 4, 16, 64),
    /** Key: prefix length, then 4 bytes. */
    LPM_TRIE(MapType.LPM_TRIE, 8, 16, 64),
    QUEUE(MapType.QUEUE, 0, 8, 6),
    STACK(MapType.STACK, 0, 8, 6),
    RINGBUF(MapType.RINGBUF, 0, 0, 4096),
    DEVMAP(MapType.DEVMAP, 4, 4, 4),
    DEVMAP_HASH(MapType.DEVMAP_HASH, 4, 4, 4),
    CPUMAP(MapType.CPUMAP, 4, 4, 4),
    XSKMAP(MapType.XSKMAP, 4, 4, 4),
    PROG_ARRAY(MapType.PROG_ARRAY, 4, 4, 4),
    BLOOM_FILTER(MapType.BLOOM_FILTER, 0, 8, 4000),
    PERF_EVENT_ARRAY(MapType.PERF_EVENT_ARRAY, 4, 4, 512),
    LOCKED_ARRAY(MapType.ARRAY, 4, SpinLockBtf.VALUE_BYTES, 4),
    LOCKED_HASH(MapType.HASH, 4, SpinLockBtf.VALUE_BYTES, 6),
    INNER_ARRAY_1(MapType.ARRAY, 4, 16, 4),
    INNER_ARRAY_2(MapType.ARRAY, 4, 16, 4),
    INNER_HASH_1(MapType.HASH, 4, 24, 6),
    INNER_HASH_2(MapType.HASH, 4, 24, 6),
    ARRAY_OF_MAPS(MapType.ARRAY_OF_MAPS, 4, 4, 4),
    HASH_OF_MAPS(MapType.HASH_OF_MAPS, 4, 4, 4),
    GLOBAL_DATA(MapType.ARRAY, 4, 64, 1),
    READ_ONLY_DATA(MapType.ARRAY, 4, 128, 1);

    /** Keys of maps with 4-byte keys lie below this. */
    static final int KEYS = 8;

    /** Formats and texts in {@link #READ_ONLY_DATA}: each ends with a zero byte. */
    static final List<String> TEXTS =
            List.of("%d|%u|%x", "%llu %lld", "[%08x] %c%%", "%5d/%lx", "%i", "weir", "\u0001\u0002", "abcdefgh");

    private final MapType type;
    private final int keyBytes;
    private final int valueBytes;
    private final int maxEntries;

    RandomMap(MapType type, int keyBytes, int valueBytes, int maxEntries) {
        this.type = type;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        this.maxEntries = maxEntries;
    }

    int keyBytes() {
        return keyBytes;
    }

    int valueBytes() {
        return valueBytes;
    }

    int maxEntries() {
        return maxEntries;
    }

    /** What a pointer to a value is. */
    RegisterType.Kind valueKind() {
        return type == MapType.ARRAY || type == MapType.PERCPU_ARRAY
                ? RegisterType.Kind.ARRAY_VALUE
                : RegisterType.Kind.HASH_VALUE;
    }

    boolean hasFixedPlaces() {
        return valueKind() == RegisterType.Kind.ARRAY_VALUE;
    }

    /** Maps that a map of maps holds, all of one blueprint; empty for others. */
    List<RandomMap> inner() {
        return switch (this) {
            case ARRAY_OF_MAPS -> List.of(INNER_ARRAY_1, INNER_ARRAY_2);
            case HASH_OF_MAPS -> List.of(INNER_HASH_1, INNER_HASH_2);
            default -> List.of();
        };
    }

    MapSpec spec() {
        MapSpec plain = MapSpec.of(mapName(), type, keyBytes, valueBytes, maxEntries);
        return switch (this) {
            case LPM_TRIE -> plain.withFlags(MapFlags.NO_PREALLOC);
            case LOCKED_ARRAY, LOCKED_HASH -> plain.withSpinLockOffset(SpinLockBtf.LOCK_OFFSET);
            case ARRAY_OF_MAPS, HASH_OF_MAPS ->
                plain.withInner(inner().getFirst().spec());
            case GLOBAL_DATA -> withData(plain, globalData(), 0, false);
            case READ_ONLY_DATA -> withData(plain, readOnlyData(), MapFlags.RDONLY_PROG, true);
            default -> plain;
        };
    }

    /** Where a text of {@link #TEXTS} begins. */
    static int textOffset(int index) {
        int offset = 0;
        for (int i = 0; i < index; i++) {
            offset += TEXTS.get(i).length() + 1;
        }
        return offset;
    }

    private String mapName() {
        return switch (this) {
            case GLOBAL_DATA -> ".data";
            case READ_ONLY_DATA -> ".rodata";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }

    private static MapSpec withData(MapSpec plain, byte[] data, int flags, boolean frozen) {
        return plain.withContents(List.of(new MapSpec.Entry.Data(Bytes.of(data))))
                .withFlags(flags)
                .withFrozen(frozen);
    }

    private byte[] globalData() {
        byte[] data = new byte[valueBytes];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 37);
        }
        return data;
    }

    private byte[] readOnlyData() {
        byte[] texts = (String.join("\0", TEXTS) + "\0").getBytes(StandardCharsets.ISO_8859_1);
        byte[] data = Arrays.copyOf(texts, valueBytes);
        for (int i = texts.length; i < data.length; i++) {
            data[i] = (byte) (0xa5 ^ i);
        }
        return data;
    }
}
