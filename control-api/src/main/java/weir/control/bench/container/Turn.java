// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.container;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What one contender did in one turn: its figures, and its drops by reason. One thread. */
final class Turn {
    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    private final Map<String, Long> drops = new TreeMap<>();

    void put(Figure figure, double value) {
        figures.put(figure, value);
    }

    /** What the switch dropped between two looks. */
    void putDrops(Map<String, Long> before, Map<String, Long> after) {
        after.forEach((reason, frames) -> {
            long more = frames - before.getOrDefault(reason, 0L);
            if (more > 0) {
                drops.merge(reason, more, Long::sum);
            }
        });
    }

    Map<Figure, Double> figures() {
        return figures;
    }

    Map<String, Long> drops() {
        return drops;
    }
}
