// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import java.util.List;
import java.util.Locale;

/** What a worker does with a batch, in this order; see {@code docs/architecture.md}. */
public enum Stage {
    /** Takes frames from queues and from other workers. */
    RECEIVE,
    /** Checks frames, learns, looks destinations up. */
    DECIDE,
    /** Runs programs. */
    PROGRAM,
    /** Sorts frames by where they go. */
    DISPATCH,
    /** Gives them to the queues, and wakes who waits behind them. */
    TRANSMIT;

    public static final List<Stage> ALL = List.of(values());

    /** Position in {@link #ALL}. */
    @SuppressWarnings("EnumOrdinal") // the order of the constants is the index, by definition
    public int index() {
        return ordinal();
    }

    /** As users see it: {@code receive}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
