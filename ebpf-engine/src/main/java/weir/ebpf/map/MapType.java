// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Optional;

/** Map types that the engine has; numbers of {@code enum bpf_map_type}, {@code uapi/linux/bpf.h}. */
public enum MapType {
    HASH(1),
    ARRAY(2),
    PROG_ARRAY(3),
    PERF_EVENT_ARRAY(4),
    PERCPU_HASH(5),
    PERCPU_ARRAY(6),
    LRU_HASH(9),
    LRU_PERCPU_HASH(10),
    LPM_TRIE(11),
    ARRAY_OF_MAPS(12),
    HASH_OF_MAPS(13),
    DEVMAP(14),
    CPUMAP(16),
    XSKMAP(17),
    QUEUE(22),
    STACK(23),
    DEVMAP_HASH(25),
    RINGBUF(27),
    BLOOM_FILTER(30);

    private final int number;

    MapType(int number) {
        this.number = number;
    }

    /** The number in object files and at {@code bpf(2)}. */
    public int number() {
        return number;
    }

    public static Optional<MapType> ofNumber(int number) {
        for (MapType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** Whether each CPU (each worker) has a value of its own. */
    public boolean isPerCpu() {
        return this == PERCPU_HASH || this == PERCPU_ARRAY || this == LRU_PERCPU_HASH;
    }

    /** Whether values are maps. */
    public boolean isMapInMap() {
        return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
    }
}
