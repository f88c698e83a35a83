// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Kinds of events that a client chooses from. */
public enum EventType {
    PORT,
    PROGRAM,
    FDB,
    LINK,
    LOOP,
    STORM,
    WORKER,
    CONFIG,
    /** Counters once a second; not kept for those who come back. */
    STATS;

    /** As users see it: {@code port}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one with a label. */
    public static Optional<EventType> of(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label().equals(label))
                .findFirst();
    }

    /** Every label. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(EventType::label).toList();
    }
}
