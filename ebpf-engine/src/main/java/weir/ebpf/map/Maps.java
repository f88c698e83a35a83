// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.foreign.Arena;
import weir.ebpf.memory.Mem;

/** Makes maps out of blueprints. */
public final class Maps {
    /** Native memory that one map may use, unless the caller says otherwise. */
    public static final long DEFAULT_LIMIT_BYTES = 256L << 20;

    private static final int MAX_CPUS = 4096;

    private Maps() {}

    /**
     * Checks a blueprint and makes nothing.
     *
     * @throws MapException when the kernel would refuse the definition
     */
    public static void check(MapSpec spec) {
        Definition.check(spec);
    }

    /**
     * A map with at most {@link #DEFAULT_LIMIT_BYTES} of memory.
     *
     * @param cpus workers that programs run on; per-CPU maps have so many values
     * @throws MapException when the kernel would refuse the definition, or the map needs too much memory
     */
    public static EbpfMap create(MapSpec spec, int cpus) {
        return create(spec, cpus, DEFAULT_LIMIT_BYTES);
    }

    /**
     * A map, empty but for {@link MapSpec.Entry.Data}; inner maps and programs of the blueprint are put in by
     * whoever has them, by {@link MapOfMaps#put} and {@link ProgramArray#set}. What the limit refuses to a
     * map that grows ({@link MapFlags#NO_PREALLOC}) is {@code -ENOMEM} to the update.
     */
    public static EbpfMap create(MapSpec spec, int cpus, long limitBytes) {
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new IllegalArgumentException("cpus is 1 to " + MAX_CPUS + ": " + cpus);
        }
        Definition.check(spec);
        MapMemory memory = new MapMemory(spec.name(), limitBytes);
        BaseMap map;
        try {
            map = make(spec, cpus, memory);
            applyContents(map);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
        map.open();
        if (spec.frozen()) {
            map.control().freeze();
        }
        return map;
    }

    private static BaseMap make(MapSpec spec, int cpus, MapMemory memory) {
        return switch (spec.type()) {
            case ARRAY -> new ArrayMap(spec, 0, memory);
            case PERCPU_ARRAY -> new ArrayMap(spec, cpus, memory);
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> new KeyedMap(spec, cpus, memory);
            case LPM_TRIE -> new LpmTrie(spec, memory);
            case PROG_ARRAY -> new ProgramArrayMap(spec, memory);
            case PERF_EVENT_ARRAY -> new PerfEventArray(spec, memory);
            case ARRAY_OF_MAPS -> new ArrayOfMaps(spec, memory);
            case HASH_OF_MAPS -> new HashOfMaps(spec, cpus, memory);
            case DEVMAP, CPUMAP, XSKMAP -> new RedirectArray(spec, cpus, memory);
            case DEVMAP_HASH -> new RedirectHash(spec, memory);
            case QUEUE, STACK -> new QueueMap(spec, memory);
            case BLOOM_FILTER -> new BloomFilter(spec, memory);
            case RINGBUF -> new RingBuffer(spec, memory);
        };
    }

    private static void applyContents(BaseMap map) {
        for (MapSpec.Entry entry : map.spec().contents()) {
            if (entry instanceof MapSpec.Entry.Data data) {
                applyData(map, data.bytes());
            }
        }
    }

    /** Into the value of key 0; shorter contents leave the rest 0. */
    private static void applyData(BaseMap map, Bytes bytes) {
        MapSpec spec = map.spec();
        if (spec.type() != MapType.ARRAY || bytes.length() > spec.valueBytes()) {
            throw new MapException(
                    spec.name(),
                    Errno.EINVAL,
                    bytes.length() + " bytes of data do not fit into " + spec.type() + " with value_size "
                            + spec.valueBytes());
        }
        try (Arena arena = Arena.ofConfined()) {
            long key = arena.allocate(Integer.BYTES, Integer.BYTES).address();
            long value = arena.allocate(spec.valueBytes(), Words.BYTES).address();
            Mem.copyFrom(bytes.toArray(), 0, value, bytes.length());
            map.update(key, value, MapFlags.ANY, 0);
        }
    }
}
