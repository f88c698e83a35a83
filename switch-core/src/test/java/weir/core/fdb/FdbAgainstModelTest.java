// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.core.testing.Seeds;
import weir.testing.RunSize;

/** The hash table with its backward-shift deletion against a {@link HashMap}, with random operations. */
class FdbAgainstModelTest {
    private static final int CAPACITY = 64;
    private static final int KEYS = 90;
    private static final int OPERATIONS = 5_000;

    @Test
    void agreesWithAHashMapUnderRandomOperations() {
        for (long seed : Seeds.of(RunSize.of(40, 2000))) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void run(long seed) {
        RandomGenerator random = Seeds.random(seed);
        FdbFixture f = new FdbFixture(new FdbConfig(CAPACITY, CAPACITY, 3600, 1_000_000, 5, seed));
        Map<Long, Integer> model = new HashMap<>();
        Map<Long, Boolean> statics = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++) {
            int number = random.nextInt(KEYS);
            long key = FdbFixture.key(number);
            int port = random.nextInt(FdbFixture.PORTS);
            boolean full = model.size() >= CAPACITY && !model.containsKey(key);
            switch (random.nextInt(full ? 2 : 6)) {
                case 0, 1 -> {
                    assertEquals(model.remove(key) != null, f.fdb.remove(0, key));
                    statics.remove(key);
                }
                case 2 -> {
                    f.fdb.addStatic(0, key, port);
                    model.put(key, port);
                    statics.put(key, true);
                }
                case 3 -> {
                    f.fdb.applyNews(key, port);
                    model.merge(key, port, (old, now) -> statics.containsKey(key) ? old : now);
                }
                default -> {
                    assertTrue(f.learn(number, port));
                    model.merge(key, port, (old, now) -> statics.containsKey(key) ? old : now);
                }
            }
            compareOccasionally(f, model, i);
        }
    }

    private static void compareOccasionally(FdbFixture f, Map<Long, Integer> model, int operation) {
        assertEquals(model.size(), f.fdb.size());
        if (operation % 50 != 0) {
            return;
        }
        for (int number = 0; number < KEYS; number++) {
            assertEquals(
                    model.getOrDefault(FdbFixture.key(number), -1),
                    f.portOf(number),
                    "key " + number + " " + operation);
        }
        assertEquals(model, new HashMap<>(f.entries()));
        int dynamic = 0;
        for (int port = 0; port < FdbFixture.PORTS; port++) {
            dynamic += f.fdb.size(port);
        }
        long expected = f.fdb.dump().stream().filter(e -> !e.isStatic()).count();
        assertEquals(expected, dynamic, "entries on the ports' lists");
    }

    @Test
    void keepsEachPortsEntriesInOrderOfAgeThroughDeletions() {
        for (long seed : Seeds.of(20)) {
            RandomGenerator random = Seeds.random(seed);
            FdbFixture f = new FdbFixture(new FdbConfig(CAPACITY, CAPACITY, 15, 1_000_000, 5, seed));
            Map<Integer, Long> learnedAt = new HashMap<>();
            for (long second = 0; second < 500; second++) {
                for (int i = 0; i < 3; i++) {
                    int number = random.nextInt(40);
                    f.learn(number, random.nextInt(4));
                    learnedAt.put(number, second);
                }
                f.advanceSeconds(1);
                long now = second + 1;
                learnedAt.values().removeIf(at -> now - at >= 16);
                assertEquals(learnedAt.size(), f.fdb.size(), "seed " + seed + ", second " + second);
            }
        }
    }
}
