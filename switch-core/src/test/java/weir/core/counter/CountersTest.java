// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountersTest {
    @Test
    void everyCellKeepsItsOwnSum() {
        PortCells cells = new PortCells();
        cells.received(10, 640);
        cells.received(1, 60);
        cells.decided(9);
        cells.decided(-1);
        cells.floodCopies(5);
        cells.enqueued(4);
        cells.transmitted(3, 192);
        for (DropReason reason : DropReason.ALL) {
            cells.dropIngress(reason, 100 + reason.index());
            cells.dropDecided(reason, 200 + reason.index());
            cells.dropEgress(reason, 300 + reason.index());
        }
        PortCounters counters = PortCounters.sum(List.of(cells));
        assertEquals(11, counters.received());
        assertEquals(700, counters.receivedBytes());
        assertEquals(8, counters.decided());
        assertEquals(5, counters.floodCopies());
        assertEquals(0, counters.clones());
        assertEquals(4, counters.enqueued());
        assertEquals(3, counters.transmitted());
        assertEquals(192, counters.transmittedBytes());
        for (DropReason reason : DropReason.ALL) {
            assertEquals(100 + reason.index(), counters.ingressDrops().get(reason));
            assertEquals(200 + reason.index(), counters.decisionDrops().get(reason));
            assertEquals(300 + reason.index(), counters.egressDrops().get(reason));
            assertEquals(600 + 3 * reason.index(), counters.drops().get(reason));
        }
    }

    @Test
    void addsUpWhatSeveralWorkersCounted() {
        PortCells one = new PortCells();
        PortCells two = new PortCells();
        one.received(1, 64);
        two.received(2, 128);
        two.dropEgress(DropReason.QUEUE_FULL, 3);
        PortCounters sum = PortCounters.sum(List.of(one, two));
        assertEquals(3, sum.received());
        assertEquals(192, sum.receivedBytes());
        assertEquals(Map.of(DropReason.QUEUE_FULL, 3L), sum.drops());
        assertEquals(0, PortCounters.sum(List.of()).received());
    }

    @Test
    void namesEveryDropReasonOnceInLowerCase() {
        Set<String> labels = new HashSet<>();
        for (DropReason reason : DropReason.ALL) {
            assertTrue(labels.add(reason.label()), reason.label());
            assertTrue(reason.label().matches("[a-z][a-z_]*"), reason.label());
            assertEquals(reason, DropReason.ALL.get(reason.index()));
        }
        assertTrue(labels.containsAll(Set.of(
                "runt",
                "malformed_vlan",
                "invalid_source",
                "reserved_group",
                "vlan_denied",
                "no_buffer",
                "hairpin",
                "redirect_invalid",
                "program_drop",
                "program_aborted",
                "program_invalid_action",
                "oversize",
                "worker_backlog")));
    }
}
