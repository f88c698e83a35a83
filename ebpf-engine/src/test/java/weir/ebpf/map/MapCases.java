// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.ebpf.kernel.SpinLockBtf;

/** Definitions that Linux takes, of every type, and random operations on them: data for tests. */
final class MapCases {
    /** A file descriptor that no process of ours has open. */
    static final int NO_DESCRIPTOR = 99_999;
    /** So many that two filters with seeds of their own find nothing that is not in them. */
    private static final int BLOOM_ENTRIES = 400_000;

    private static final long[] UPDATE_FLAGS = {0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 8, 1L << 40, -1};
    private static final long[] LOOKUP_FLAGS = {0, 0, 0, 0, 0, 0, 4, 8, -1};

    private MapCases() {}

    enum Kind {
        LOOKUP,
        UPDATE,
        DELETE,
        TAKE,
        NEXT_KEY,
        FIRST_KEY
    }

    /** One call of {@link MapControl}. */
    record Operation(Kind kind, Bytes key, Bytes value, long flags) {
        Object runOn(MapControl map) {
            return switch (kind) {
                case LOOKUP -> map.lookup(key.toArray(), flags);
                case UPDATE -> map.update(key.toArray(), value.toArray(), flags);
                case DELETE -> map.delete(key.toArray());
                case TAKE -> map.lookupAndDelete(key.toArray(), flags);
                case NEXT_KEY -> map.nextKey(key.toArray());
                case FIRST_KEY -> map.nextKey(null);
            };
        }
    }

    static List<MapSpec> specs() {
        return List.of(
                map(MapType.ARRAY, 4, 8, 5),
                map(MapType.ARRAY, 4, 13, 7).withFlags(MapFlags.MMAPABLE),
                map(MapType.ARRAY, 4, 3, 4).withFlags(MapFlags.RDONLY_PROG),
                map(MapType.ARRAY, 4, 4, 4).withFlags(MapFlags.RDONLY),
                map(MapType.ARRAY, 4, 4, 4).withFlags(MapFlags.WRONLY),
                map(MapType.PERCPU_ARRAY, 4, 12, 5),
                map(MapType.HASH, 4, 8, 8),
                map(MapType.HASH, 8, 16, 8),
                map(MapType.HASH, 16, 4, 8),
                map(MapType.HASH, 13, 5, 6),
                map(MapType.HASH, 1, 1, 1),
                map(MapType.HASH, 6, 24, 8).withFlags(MapFlags.NO_PREALLOC),
                map(MapType.HASH, 4, 8, 300).withFlags(MapFlags.NO_PREALLOC | MapFlags.ZERO_SEED),
                locked(MapType.ARRAY),
                locked(MapType.HASH),
                map(MapType.HASH, 4, 8, 8).withFlags(MapFlags.RDONLY),
                map(MapType.HASH, 4, 8, 8).withFlags(MapFlags.WRONLY_PROG),
                map(MapType.PERCPU_HASH, 4, 12, 8),
                map(MapType.PERCPU_HASH, 7, 8, 8).withFlags(MapFlags.NO_PREALLOC),
                map(MapType.LRU_HASH, 4, 8, 2000),
                map(MapType.LRU_HASH, 12, 20, 2000).withFlags(MapFlags.NO_COMMON_LRU),
                map(MapType.LRU_PERCPU_HASH, 8, 12, 2000),
                map(MapType.LPM_TRIE, 8, 8, 12).withFlags(MapFlags.NO_PREALLOC),
                map(MapType.LPM_TRIE, 20, 4, 40).withFlags(MapFlags.NO_PREALLOC),
                map(MapType.LPM_TRIE, 5, 3, 100).withFlags(MapFlags.NO_PREALLOC),
                map(MapType.PROG_ARRAY, 4, 4, 4),
                map(MapType.PERF_EVENT_ARRAY, 4, 4, 4),
                map(MapType.ARRAY_OF_MAPS, 4, 4, 4).withInner(map(MapType.ARRAY, 4, 8, 1)),
                map(MapType.HASH_OF_MAPS, 4, 4, 4).withInner(map(MapType.HASH, 4, 8, 1)),
                map(MapType.DEVMAP, 4, 4, 5),
                map(MapType.DEVMAP, 4, 8, 5),
                map(MapType.DEVMAP_HASH, 4, 4, 3),
                map(MapType.DEVMAP_HASH, 4, 8, 3),
                map(MapType.CPUMAP, 4, 4, 4),
                map(MapType.CPUMAP, 4, 8, 2),
                map(MapType.XSKMAP, 4, 4, 4),
                map(MapType.QUEUE, 0, 8, 3),
                map(MapType.QUEUE, 0, 13, 1),
                map(MapType.STACK, 0, 8, 3),
                map(MapType.STACK, 0, 5, 4),
                map(MapType.RINGBUF, 0, 0, 4096),
                map(MapType.BLOOM_FILTER, 0, 8, BLOOM_ENTRIES),
                map(MapType.BLOOM_FILTER, 0, 21, BLOOM_ENTRIES).withExtra(3));
    }

    private static MapSpec locked(MapType type) {
        return map(type, 4, SpinLockBtf.VALUE_BYTES, 6).withSpinLockOffset(SpinLockBtf.LOCK_OFFSET);
    }

    static MapSpec map(MapType type, int keyBytes, int valueBytes, int maxEntries) {
        return MapSpec.of("test", type, keyBytes, valueBytes, maxEntries);
    }

    static List<Operation> operations(MapSpec spec, int controlValueBytes, int count, RandomGenerator random) {
        List<Bytes> keys = keys(spec, random);
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Kind kind = List.of(Kind.values()).get(random.nextInt(Kind.values().length));
            kind = random.nextInt(3) == 0 ? Kind.UPDATE : kind;
            Bytes key = keys.get(random.nextInt(keys.size()));
            long[] flags = kind == Kind.UPDATE ? UPDATE_FLAGS : LOOKUP_FLAGS;
            Bytes value = value(spec, controlValueBytes, random);
            if (spec.type() == MapType.BLOOM_FILTER) {
                value = Bytes.of(Arrays.copyOf(new byte[] {(byte) random.nextInt(60)}, spec.valueBytes()));
                key = kind == Kind.LOOKUP ? value : key;
            }
            operations.add(new Operation(kind, key, value, flags[random.nextInt(flags.length)]));
        }
        return operations;
    }

    private static List<Bytes> keys(MapSpec spec, RandomGenerator random) {
        List<Bytes> keys = new ArrayList<>();
        boolean isIndexed = switch (spec.type()) {
            case ARRAY, PERCPU_ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, ARRAY_OF_MAPS, DEVMAP, CPUMAP, XSKMAP -> true;
            default -> false;
        };
        for (int i = 0; i < (spec.type() == MapType.LPM_TRIE ? 60 : 12); i++) {
            byte[] key = new byte[spec.keyBytes()];
            if (isIndexed) {
                key[0] = (byte) random.nextInt(spec.maxEntries() + 2);
                key[3] = (byte) (random.nextInt(12) == 0 ? 0xff : 0);
            } else if (spec.type() == MapType.LPM_TRIE) {
                fillPrefix(key, random);
            } else {
                random.nextBytes(key);
            }
            keys.add(Bytes.of(key));
        }
        return keys;
    }

    /** Few different bytes, so that prefixes nest and part; now and then too long. */
    private static void fillPrefix(byte[] key, RandomGenerator random) {
        int bits = (key.length - 4) * Byte.SIZE;
        int length = random.nextInt(4) == 0 ? random.nextInt(bits + 3) : random.nextInt(Math.min(bits, 16) + 1);
        key[0] = (byte) length;
        key[1] = (byte) (length >>> Byte.SIZE);
        for (int i = 4; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(3) * 0x40 + random.nextInt(2));
        }
    }

    /** Where the kernel takes descriptors: none that is open; ports: loopback, none, and one that never is. */
    private static Bytes value(MapSpec spec, int length, RandomGenerator random) {
        byte[] value = new byte[length];
        switch (spec.type()) {
            case PROG_ARRAY, PERF_EVENT_ARRAY, ARRAY_OF_MAPS, HASH_OF_MAPS, XSKMAP -> put(value, 0, NO_DESCRIPTOR);
            case DEVMAP, DEVMAP_HASH -> {
                put(value, 0, pick(random, 1, 1, 1, 0, 0x7fff_fff0));
                put(value, 4, pick(random, 0, -1, -1, NO_DESCRIPTOR));
            }
            case CPUMAP -> {
                put(value, 0, pick(random, 64, 192, 0, 16385));
                put(value, 4, pick(random, 0, -1));
            }
            default -> random.nextBytes(value);
        }
        return Bytes.of(value);
    }

    private static int pick(RandomGenerator random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static void put(byte[] bytes, int at, int word) {
        for (int i = 0; i < 4 && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (word >>> (i * Byte.SIZE));
        }
    }
}
