// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weir.ebpf.memory.Mem;
import weir.testing.RunSize;

/** Workers and control code on one map at once. */
class MapConcurrencyTest {
    private static final int CPUS = 4;
    private static final int ROUNDS = RunSize.of(40_000, 1_000_000);
    private static final int KEYS = 24;
    /** Waiters give up their CPU at once: the one they wait for may need it. */
    private static final int WAIT = SpinWord.SPINS_PER_YIELD;

    private static final long SEED = Long.getLong("weir.seed", System.nanoTime() & 0xff_ffffL);

    static List<MapSpec> keyed() {
        return List.of(
                MapCases.map(MapType.HASH, 8, 64, 2 * KEYS),
                MapCases.map(MapType.HASH, 8, 64, 2 * KEYS).withFlags(MapFlags.NO_PREALLOC),
                MapCases.map(MapType.LRU_HASH, 4, 64, 8 * KEYS),
                MapCases.map(MapType.LPM_TRIE, 12, 64, 2 * KEYS).withFlags(MapFlags.NO_PREALLOC));
    }

    /**
     * Keys 0 to KEYS - 1 are there all the time and replaced all the time; others come and go. A stable key is
     * always found, and what control code copies is whole.
     */
    @ParameterizedTest
    @MethodSource("keyed")
    void neverLosesAKeyNorTearsACopy(MapSpec spec) throws Exception {
        System.out.println("seed " + SEED);
        try (EbpfMap map = Maps.create(spec, CPUS)) {
            ProgramView filling = new ProgramView(map, 0);
            for (int key = 0; key < KEYS; key++) {
                assertEquals(0, filling.update(key(spec, key), word(key, 0), MapFlags.ANY));
            }
            AtomicBoolean isDone = new AtomicBoolean();
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> writers = new ArrayList<>();
                writers.add(threads.submit(() -> write(map, 0)));
                writers.add(threads.submit(() -> write(map, 1)));
                Future<?> reader = threads.submit(() -> lookUp(map, isDone));
                Future<?> control = threads.submit(() -> readAll(map, isDone));
                await(writers);
                isDone.set(true);
                await(List.of(reader, control));
            }
            assertEquals(expectedKeys(map), new HashSet<>(keysOf(map)));
            if (map instanceof KeyedMap keyed) {
                assertEquals(map.control().entries().size(), keyed.entryCount());
            }
        }
    }

    private static void await(List<? extends Future<?>> futures) throws InterruptedException, ExecutionException {
        for (Future<?> future : futures) {
            future.get();
        }
    }

    private static void write(EbpfMap map, int cpu) {
        RandomGenerator random = new SplittableRandom(SEED + cpu);
        ProgramView view = new ProgramView(map, cpu);
        for (int i = 0; i < ROUNDS; i++) {
            int stable = random.nextInt(KEYS);
            assertEquals(0, view.update(key(map.spec(), stable), word(stable, i), MapFlags.EXIST));
            int passing = KEYS + cpu * KEYS / 2 + random.nextInt(KEYS / 2);
            if (random.nextBoolean()) {
                int result = view.update(key(map.spec(), passing), word(passing, i), MapFlags.ANY);
                assertEquals(0, result);
            } else {
                int result = view.delete(key(map.spec(), passing));
                assertTrue(result == 0 || result == -Errno.ENOENT);
            }
        }
        for (int passing = KEYS; passing < 2 * KEYS; passing++) {
            view.delete(key(map.spec(), passing));
        }
    }

    private static void lookUp(EbpfMap map, AtomicBoolean isDone) {
        ProgramView view = new ProgramView(map, 2);
        for (int i = 0; !isDone.get(); i++) {
            long value = view.lookup(key(map.spec(), i % KEYS));
            assertNotEquals(0, value, "stable key " + i % KEYS);
            assertTrue(map.contains(value, 64));
            if (map instanceof WordKeyMap words) {
                value = words.lookupWords(key(map.spec(), i % KEYS), 0, 2);
                assertNotEquals(0, value, "stable key by value " + i % KEYS);
                assertTrue(map.contains(value, 64));
            }
        }
    }

    private static void readAll(EbpfMap map, AtomicBoolean isDone) {
        while (!isDone.get()) {
            Set<Bytes> keys = new HashSet<>();
            for (MapControl.Entry entry : map.control().entries()) {
                assertTrue(keys.add(entry.key()), "key twice");
                assertWhole(map, entry);
            }
            for (int key = 0; key < KEYS; key++) {
                byte[] wanted = ProgramView.keyBytes(map, key(map.spec(), key));
                assertTrue(keys.contains(Bytes.of(wanted)), "stable key " + key + " is not among the entries");
                if (!(map.control().lookup(wanted, 0) instanceof MapControl.Result.Found found)) {
                    throw new AssertionError("stable key " + key + " is lost");
                }
                assertWhole(map, new MapControl.Entry(Bytes.of(wanted), found.bytes()));
            }
        }
    }

    private static void assertWhole(MapSpec spec, long key, Bytes value) {
        for (int i = 8; i < value.length(); i++) {
            assertEquals(value.at(i - 8), value.at(i), () -> "torn value " + value);
        }
        assertEquals((byte) keyNumber(spec, key), value.at(0), () -> "value of another key " + value);
    }

    private static void assertWhole(EbpfMap map, MapControl.Entry entry) {
        long key = 0;
        for (int i = 0; i < Math.min(entry.key().length(), 8); i++) {
            key |= (entry.key().at(i) & 0xffL) << (8 * i);
        }
        assertWhole(map.spec(), key, entry.value());
    }

    /** Of a trie: a prefix of 64 bits, the number in its first byte. */
    private static long key(MapSpec spec, int number) {
        return spec.type() == MapType.LPM_TRIE ? 64 | ((long) number << 32) : number;
    }

    private static long keyNumber(MapSpec spec, long key) {
        return spec.type() == MapType.LPM_TRIE ? key >>> 32 : key;
    }

    private static long word(int key, int round) {
        return (key & 0xff) | ((long) round << 8);
    }

    private static Set<Bytes> expectedKeys(EbpfMap map) {
        Set<Bytes> keys = new HashSet<>();
        for (int key = 0; key < KEYS; key++) {
            keys.add(Bytes.of(ProgramView.keyBytes(map, key(map.spec(), key))));
        }
        return keys;
    }

    private static List<Bytes> keysOf(EbpfMap map) {
        return map.control().entries().stream().map(MapControl.Entry::key).toList();
    }

    @Test
    void fillsToTheLastEntryAndNoFurther() throws Exception {
        int max = 500;
        try (EbpfMap map = Maps.create(MapCases.map(MapType.HASH, 4, 8, max), CPUS);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int round = 0; round < 20; round++) {
                List<Future<Integer>> fillers = new ArrayList<>();
                for (int thread = 0; thread < 3; thread++) {
                    int from = thread * max;
                    fillers.add(threads.submit(() -> fill(map, from, max)));
                }
                int inserted = 0;
                for (Future<Integer> filler : fillers) {
                    inserted += filler.get();
                }
                assertEquals(max, inserted);
                assertEquals(max, map.control().entries().size());
                ProgramView view = new ProgramView(map, 0);
                for (int key = 0; key < 3 * max; key++) {
                    view.delete(key);
                }
                assertEquals(0, ((KeyedMap) map).entryCount());
            }
        }
    }

    private static int fill(EbpfMap map, int from, int count) {
        ProgramView view = new ProgramView(map, 0);
        int inserted = 0;
        for (int key = from; key < from + count; key++) {
            int result = view.update(key, key, MapFlags.NOEXIST);
            assertTrue(result == 0 || result == -Errno.E2BIG, "result " + result);
            inserted += result == 0 ? 1 : 0;
        }
        return inserted;
    }

    @Test
    void evictsFromAnLruMapByManyThreads() throws Exception {
        try (EbpfMap map = Maps.create(MapCases.map(MapType.LRU_HASH, 8, 8, 256), CPUS);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                int cpu = thread;
                writers.add(threads.submit(() -> {
                    ProgramView view = new ProgramView(map, cpu);
                    for (int i = 0; i < ROUNDS; i++) {
                        int result = view.update(i * 3L + cpu, i, MapFlags.ANY);
                        assertEquals(0, result);
                    }
                }));
            }
            await(writers);
            assertEquals(256, map.control().entries().size());
            assertEquals(256, ((KeyedMap) map).entryCount());
        }
    }

    @Test
    void takesEachMessageOnce() throws Exception {
        try (MessageMap map = (MessageMap) Maps.create(MapCases.map(MapType.QUEUE, 0, 8, 64), CPUS);
                MapMemory memory = new MapMemory("buffers", 1 << 20);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            long out = memory.require(1, 8, "buffer");
            Future<?> producer = threads.submit(() -> {
                long in = memory.require(1, 8, "buffer");
                for (int i = 0; i < ROUNDS; i++) {
                    Mem.putLong(in, i);
                    while (map.push(in, MapFlags.ANY) != 0) {
                        SpinWord.pause(WAIT);
                    }
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                while (map.pop(out) != 0) {
                    SpinWord.pause(WAIT);
                }
                assertEquals(i, Mem.getLong(out));
            }
            producer.get();
        }
    }
}
