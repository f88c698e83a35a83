// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map.bench;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.Maps;
import weir.ebpf.memory.Mem;

/**
 * What one lookup and one update by a program cost, nanoseconds: values of 8 bytes, all keys in the map, asked for in
 * random order. Keys have 4 bytes; those of the trie are IPv4 prefixes of 8 to 32 bits, asked for by addresses in them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class MapBenchmark {
    private static final int CPUS = 2;
    private static final int VALUE_BYTES = 8;
    private static final int KEYS = 1 << 14;
    private static final int KEY_STRIDE = 8;
    private static final int MIN_PREFIX_BITS = 8;
    private static final int ADDRESS_BITS = 32;
    private static final long SEED = 42;

    @Param({"ARRAY", "PERCPU_ARRAY", "HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH", "LPM_TRIE"})
    public MapType type = MapType.ARRAY;

    @Param({"1000", "100000"})
    public int entries = 1000;

    private final Arena arena = Arena.ofConfined();
    private EbpfMap map;
    private long keys;
    private long value;
    private int next;

    @Setup(Level.Trial)
    public void fill() {
        boolean isTrie = type == MapType.LPM_TRIE;
        int keyBytes = isTrie ? 2 * Integer.BYTES : Integer.BYTES;
        MapSpec spec =
                MapSpec.of("bench", type, keyBytes, VALUE_BYTES, entries).withFlags(isTrie ? MapFlags.NO_PREALLOC : 0);
        map = Maps.create(spec, CPUS);
        keys = arena.allocate((long) KEYS * KEY_STRIDE, KEY_STRIDE).address();
        value = arena.allocate(VALUE_BYTES, VALUE_BYTES).address();
        long key = arena.allocate(KEY_STRIDE, KEY_STRIDE).address();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < entries; i++) {
            putKey(key, i, new SplittableRandom(i));
            map.update(key, value, MapFlags.ANY, 0);
        }
        for (int i = 0; i < KEYS; i++) {
            int known = random.nextInt(entries);
            putKey(keys + (long) i * KEY_STRIDE, known, new SplittableRandom(known));
            if (isTrie) {
                Mem.putInt(keys + (long) i * KEY_STRIDE, ADDRESS_BITS);
            }
        }
    }

    /** The key with that number: itself, or a prefix that follows from it. */
    private void putKey(long address, int number, SplittableRandom random) {
        if (type == MapType.LPM_TRIE) {
            Mem.putInt(address, random.nextInt(MIN_PREFIX_BITS, ADDRESS_BITS + 1));
            Mem.putInt(address + Integer.BYTES, random.nextInt());
        } else {
            Mem.putInt(address, number);
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        map.close();
        arena.close();
    }

    private long nextKey() {
        next = (next + 1) % KEYS;
        return keys + (long) next * KEY_STRIDE;
    }

    @Benchmark
    public long lookup() {
        return map.lookup(nextKey(), 0);
    }

    @Benchmark
    public int update() {
        return map.update(nextKey(), value, MapFlags.ANY, 0);
    }
}
