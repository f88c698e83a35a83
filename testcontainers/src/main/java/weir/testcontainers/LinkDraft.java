// SPDX-License-Identifier: Apache-2.0

package weir.testcontainers;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import weir.core.link.LinkSettings;

/**
 * What is to be done to frames of one container: values as {@link LinkSettings} has them as text, by key. Immutable.
 *
 * @param to to the container
 * @param from from the container
 */
record LinkDraft(SortedMap<String, String> to, SortedMap<String, String> from) {
    static final LinkDraft NOTHING = new LinkDraft(new TreeMap<>(), new TreeMap<>());

    LinkDraft {
        to = Collections.unmodifiableSortedMap(new TreeMap<>(to));
        from = Collections.unmodifiableSortedMap(new TreeMap<>(from));
    }

    /** Which directions a setting is for. */
    enum Direction {
        TO,
        FROM,
        BOTH
    }

    /** With one setting changed; an empty value takes it away. A key that takes no value has itself as value. */
    LinkDraft with(Direction direction, String key, String value) {
        return new LinkDraft(
                direction == Direction.FROM ? to : with(to, key, value),
                direction == Direction.TO ? from : with(from, key, value));
    }

    private static SortedMap<String, String> with(SortedMap<String, String> map, String key, String value) {
        SortedMap<String, String> changed = new TreeMap<>(map);
        if (value.isEmpty()) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        return changed;
    }

    /**
     * All of it, with stations that are out of reach.
     *
     * @param cut MAC addresses
     * @throws IllegalArgumentException that says which settings do not fit together
     */
    LinkSettings settings(Collection<String> cut, long seed) {
        LinkDraft all = cut.isEmpty() ? this : with(Direction.BOTH, "cut", String.join("+", cut));
        return LinkSettings.parse(
                "seed:" + seed + ",direction:to" + text(all.to()) + ";direction:from" + text(all.from()));
    }

    private static String text(SortedMap<String, String> map) {
        StringBuilder text = new StringBuilder();
        map.forEach((key, value) -> text.append(',').append(key).append(value.equals(key) ? "" : ":" + value));
        return text.toString();
    }
}
