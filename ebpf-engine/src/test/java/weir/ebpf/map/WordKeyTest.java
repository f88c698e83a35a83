// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.memory.Mem;

/** A key by value finds what the same key in memory finds, whatever its length. */
class WordKeyTest {
    private static final int CPUS = 2;
    private static final int KEYS = 300;

    static Stream<Arguments> types() {
        return Stream.of(MapType.HASH, MapType.LRU_HASH, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH)
                .flatMap(type -> IntStream.rangeClosed(1, WordKeyMap.MAX_KEY_BYTES)
                        .mapToObj(bytes -> Arguments.of(type, bytes)));
    }

    @ParameterizedTest
    @MethodSource("types")
    void findsTheSameByValueAndByAddress(MapType type, int keyBytes) {
        SplittableRandom random = new SplittableRandom(keyBytes);
        int found = 0;
        try (EbpfMap map = Maps.create(MapSpec.of("map", type, keyBytes, 8, 200), CPUS);
                Arena arena = Arena.ofConfined()) {
            WordKeyMap words = (WordKeyMap) map;
            long key = arena.allocate(2 * Long.BYTES, Long.BYTES).address();
            long value = arena.allocate(Long.BYTES, Long.BYTES).address();
            for (int i = 0; i < KEYS; i++) {
                byte[] bytes = new byte[2 * Long.BYTES];
                random.nextBytes(bytes);
                Arrays.fill(bytes, keyBytes, bytes.length, (byte) 0);
                Mem.copyFrom(bytes, 0, key, bytes.length);
                if (random.nextInt(3) != 0) {
                    map.update(key, value, MapFlags.ANY, 0);
                } else {
                    map.delete(key);
                }
                for (int cpu = 0; cpu < CPUS; cpu++) {
                    long byAddress = map.lookup(key, cpu);
                    assertEquals(byAddress, words.lookupWords(Mem.getLong(key), Mem.getLong(key + Long.BYTES), cpu));
                    found += byAddress == 0 ? 0 : 1;
                }
            }
        }
        assertNotEquals(0, found);
    }
}
