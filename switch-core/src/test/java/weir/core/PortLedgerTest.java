// SPDX-License-Identifier: Apache-2.0
package weir.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weir.core.counter.DropReason;
import weir.core.counter.PortCells;
import weir.core.counter.PortCounters;
import weir.core.memory.MemoryPort;
import weir.core.port.PortOptions;
import weir.core.worker.PortEntry;

class PortLedgerTest {
    private static final int WORKERS = 3;

    private final PortCells stray = new PortCells();
    private final PortLedger ledger = new PortLedger(List.of(stray));

    /** A port that came; each worker counts {@code frames} that it enqueued, and drops one of them. */
    private PortEntry opened(String name, long frames) {
        PortOptions options = PortOptions.named(name);
        PortEntry port = new PortEntry(0, 1, name, new MemoryPort(name), options, new int[] {0}, WORKERS, 0);
        ledger.open(port);
        for (PortCells cells : port.cells()) {
            cells.enqueued(frames);
            cells.dropEgress(DropReason.QUEUE_FULL, 1);
        }
        return port;
    }

    @Test
    void aPortThatIsGoneIsASumUnderItsNameAndANameGoesOnCounting() {
        ledger.close(opened("a", 10));
        PortCounters once = ledger.byName().get("a");
        assertEquals(10L * WORKERS, once.enqueued());
        assertEquals(Map.of(DropReason.QUEUE_FULL, (long) WORKERS), once.egressDrops());
        PortEntry again = opened("a", 5);
        assertEquals(15L * WORKERS, ledger.byName().get("a").enqueued(), "the sum and the cells");
        ledger.close(again);
        ledger.close(again);
        assertEquals(15L * WORKERS, ledger.byName().get("a").enqueued());
        assertEquals(15L * WORKERS, ledger.total().enqueued());
        assertEquals(2, ledger.size(), "one sum, and the strays");
    }

    @Test
    void theOldestNamesAreForgottenAndTheirFramesAreNot() {
        int ports = PortLedger.NAMES + 100;
        ledger.close(opened("first", 1));
        for (int i = 2; i < ports; i++) {
            ledger.close(opened("p" + i, 1));
        }
        ledger.close(opened("last", 1));
        Map<String, PortCounters> all = ledger.byName();
        assertEquals(PortLedger.NAMES + 1, all.size());
        assertFalse(all.containsKey("first"));
        assertEquals(WORKERS, all.get("last").enqueued());
        assertEquals(100L * WORKERS, all.get(PortLedger.OTHERS).enqueued());
        assertEquals(
                (long) WORKERS * ports,
                all.values().stream().mapToLong(PortCounters::enqueued).sum());
        assertEquals((long) WORKERS * ports, ledger.total().enqueued());
        assertEquals(PortLedger.NAMES + 1, ledger.size());
    }

    @Test
    void whatIsCountedForNoPortIsThere() {
        assertEquals(Map.of(), ledger.byName());
        stray.enqueued(2);
        stray.dropEgress(DropReason.PORT_DOWN, 2);
        assertEquals(2, ledger.byName().get(PortLedger.OTHERS).enqueued());
        assertEquals(ledger.byName().get(PortLedger.OTHERS), ledger.total());
    }
}
