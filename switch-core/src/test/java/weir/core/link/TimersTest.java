// SPDX-License-Identifier: Apache-2.0
package weir.core.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weir.core.testing.Seeds;

class TimersTest {
    private final Timers timers = new Timers();
    private final List<String> fired = new ArrayList<>();

    private final class Named extends Timers.Timed {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void fire(long nowNanos) {
            fired.add(name);
        }
    }

    @Test
    void firesInOrderOfTimeAndNotBefore() {
        timers.schedule(new Named("c"), 30);
        timers.schedule(new Named("a"), 10);
        timers.schedule(new Named("b"), 20);

        assertEquals(10, timers.nanosUntilNext(0));
        assertEquals(0, timers.fireDue(9));
        assertEquals(2, timers.fireDue(20));
        assertEquals(List.of("a", "b"), fired);
        assertEquals(0, timers.nanosUntilNext(99));
        timers.fireDue(99);
        assertTrue(timers.isEmpty());
        assertEquals(Long.MAX_VALUE, timers.nanosUntilNext(99));
    }

    @Test
    void firesWhatSchedulesItselfOnceACall() {
        timers.schedule(
                new Timers.Timed() {
                    @Override
                    protected void fire(long nowNanos) {
                        fired.add("again");
                        timers.schedule(this, nowNanos);
                    }
                },
                5);
        assertEquals(1, timers.fireDue(5));
        assertEquals(1, timers.fireDue(5));
        assertEquals(2, fired.size());
    }

    @Test
    void agreesWithASlowModel() {
        for (long seed : Seeds.of(20)) {
            fired.clear();
            RandomGenerator random = Seeds.random(seed);
            Map<Named, Long> model = new HashMap<>();
            List<Named> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(new Named("n" + i));
            }
            long now = Long.MAX_VALUE - 2000; // times wrap, as those of System.nanoTime may
            for (int step = 0; step < 2000; step++) {
                Named each = all.get(random.nextInt(all.size()));
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        long due = now + random.nextInt(100);
                        timers.schedule(each, due);
                        model.put(each, due);
                    }
                    case 2 -> {
                        timers.cancel(each);
                        model.remove(each);
                    }
                    default -> {
                        now += random.nextInt(40);
                        fireBoth(model, now);
                    }
                }
            }
            fireBoth(model, now + 1000);
            assertTrue(timers.isEmpty(), "seed " + seed);
        }
    }

    private void fireBoth(Map<Named, Long> model, long now) {
        fired.clear();
        timers.fireDue(now);
        List<String> expected = model.entrySet().stream()
                .filter(e -> e.getValue() - now <= 0)
                .map(e -> e.getKey().name)
                .sorted()
                .toList();
        assertEquals(expected, fired.stream().sorted().toList());
        model.values().removeIf(due -> due - now <= 0);
    }
}
