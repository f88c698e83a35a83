// SPDX-License-Identifier: Apache-2.0
package weir.core.rate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How many frames a second of a port may flood, by class; a class that is not there has no limit. Limits are the port's,
 * whatever number of queues and workers it has.
 *
 * @param framesPerSecond 1 to {@link #MAX_FRAMES_PER_SECOND} for each class
 */
public record StormLimits(Map<FloodClass, Integer> framesPerSecond) {
    /** Highest limit: beyond it a frame's share of a second is no longer exact to 10 %. */
    public static final int MAX_FRAMES_PER_SECOND = 100_000_000;

    /** No limits. */
    public static final StormLimits NONE = new StormLimits(Map.of());

    public StormLimits {
        Map<FloodClass, Integer> copy = new EnumMap<>(FloodClass.class);
        copy.putAll(framesPerSecond);
        copy.forEach((kind, limit) -> {
            if (limit < 1 || limit > MAX_FRAMES_PER_SECOND) {
                throw new IllegalArgumentException("storm limit " + kind.label() + " " + limit
                        + " frames/s is out of range [1, " + MAX_FRAMES_PER_SECOND + "]");
            }
        });
        framesPerSecond = java.util.Collections.unmodifiableMap(copy);
    }

    /** Whether there is none. */
    public boolean isNone() {
        return framesPerSecond.isEmpty();
    }

    /**
     * Reads {@code broadcast:1000,multicast:500,unknown:2000}, any of them.
     *
     * @throws IllegalArgumentException that quotes what is wrong
     */
    public static StormLimits parse(String text) {
        Map<FloodClass, Integer> limits = new EnumMap<>(FloodClass.class);
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            String digits = part.substring(colon + 1);
            if (colon < 0 || !digits.matches("[0-9]{1,9}")) {
                throw new IllegalArgumentException(
                        "'" + part + "' in storm limit '" + text + "' is not CLASS:FRAMES_PER_SECOND");
            }
            FloodClass kind = classOf(part.substring(0, colon), text);
            if (limits.put(kind, Integer.parseInt(digits)) != null) {
                throw new IllegalArgumentException("'" + kind.label() + "' stands twice in storm limit '" + text + "'");
            }
        }
        return new StormLimits(limits);
    }

    private static FloodClass classOf(String label, String text) {
        for (FloodClass each : FloodClass.ALL) {
            if (each.label().equals(label)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "'" + label + "' in storm limit '" + text + "' is none of broadcast, multicast, unknown");
    }

    /** A text that {@link #parse} reads as these limits; {@code none} without any. */
    @Override
    public String toString() {
        if (isNone()) {
            return "none";
        }
        List<String> parts = new ArrayList<>();
        framesPerSecond.forEach((kind, limit) -> parts.add(kind.label() + ":" + limit));
        return parts.stream().collect(Collectors.joining(","));
    }
}
