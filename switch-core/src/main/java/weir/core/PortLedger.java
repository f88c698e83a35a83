// SPDX-License-Identifier: Apache-2.0
package weir.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import weir.core.counter.PortCells;
import weir.core.counter.PortCounters;
import weir.core.worker.PortEntry;
import weir.core.worker.PortTable;

/**
 * What all ports counted that a switch ever had. A port that is gone leaves a sum under its name, and of all but the last
 * {@value #NAMES} names there is one sum together: so what is held here is bounded by the ports that a switch can have, not
 * by those that came and went.
 *
 * <p>Written under the switch's lock. {@link #total} is for any thread: it sees a port's cells or the sum that they became.
 */
final class PortLedger {
    /** As many as can be there together, so that whoever detaches them all can still ask for each. */
    static final int NAMES = PortTable.MAX_PORTS;

    /** Name of what has none of its own any more; no port has it. */
    static final String OTHERS = "";

    private final List<PortCells> strays;
    private final List<PortEntry> open = new ArrayList<>();
    private final Map<String, PortCounters> gone = new LinkedHashMap<>();
    private PortCounters others = PortCounters.NONE;
    private volatile Snapshot now;

    private record Snapshot(List<PortCells> cells, PortCounters gone) {}

    /** @param strays where workers count for a port that is not there any more */
    PortLedger(List<PortCells> strays) {
        this.strays = List.copyOf(strays);
        now = new Snapshot(this.strays, PortCounters.NONE);
    }

    /** A port's cells count from now on. */
    void open(PortEntry port) {
        open.add(port);
        publish(now.gone());
    }

    /** No worker counts in the port's cells any more, and this thread sees what they counted. */
    void close(PortEntry port) {
        if (open.removeIf(port::isSamePortAs)) {
            PortCounters sum = PortCounters.sum(port.cells());
            PortCounters before = gone.remove(port.name());
            gone.put(port.name(), before == null ? sum : before.plus(sum)); // behind all others
            if (gone.size() > NAMES) {
                Iterator<PortCounters> oldest = gone.values().iterator();
                others = others.plus(oldest.next());
                oldest.remove();
            }
            publish(now.gone().plus(sum));
        }
    }

    private void publish(PortCounters goneNow) {
        now = new Snapshot(
                Stream.concat(strays.stream(), open.stream().flatMap(port -> port.cells().stream()))
                        .toList(),
                goneNow);
    }

    /** By name; what has no name of its own any more is under {@link #OTHERS}, if there is anything. */
    Map<String, PortCounters> byName() {
        Map<String, PortCounters> all = new LinkedHashMap<>(gone);
        open.forEach(port -> all.merge(port.name(), PortCounters.sum(port.cells()), PortCounters::plus));
        PortCounters nameless = others.plus(PortCounters.sum(strays));
        if (!nameless.equals(PortCounters.NONE)) {
            all.put(OTHERS, nameless);
        }
        return all;
    }

    /** All together. */
    PortCounters total() {
        Snapshot seen = now;
        return PortCounters.sum(seen.cells()).plus(seen.gone());
    }

    /** Sets of counters that are held: cells and sums. */
    int size() {
        return now.cells().size() + gone.size();
    }
}
