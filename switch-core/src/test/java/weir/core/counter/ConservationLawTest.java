// SPDX-License-Identifier: Apache-2.0
package weir.core.counter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A law that cannot be broken proves nothing: each single miscount must break it. */
class ConservationLawTest {
    private final PortCells a = new PortCells();
    private final PortCells b = new PortCells();

    /** Ten frames into a: one runt, one denied by decision, six to b, two floods to b and back to a second port. */
    @BeforeEach
    void aTrueAccount() {
        a.received(10, 640);
        a.decided(9);
        a.dropIngress(DropReason.RUNT, 1);
        a.dropDecided(DropReason.HAIRPIN, 1);
        a.floodCopies(2);
        b.enqueued(10);
        b.transmitted(7, 448);
        b.dropEgress(DropReason.QUEUE_FULL, 3);
    }

    private Map<String, PortCounters> counters() {
        return Map.of("a", PortCounters.sum(List.of(a)), "b", PortCounters.sum(List.of(b)));
    }

    @Test
    void holdsForATrueAccount() {
        assertDoesNotThrow(() -> ConservationLaw.assertHolds(counters()));
        assertEquals(0, ConservationLaw.switchBalance(counters()));
        assertDoesNotThrow(() -> ConservationLaw.assertHolds(Map.of()));
    }

    static Stream<Consumer<PortCells>> miscounts() {
        return Stream.of(
                cells -> cells.received(1, 64),
                cells -> cells.decided(1),
                cells -> cells.dropIngress(DropReason.VLAN_DENIED, 1),
                cells -> cells.dropDecided(DropReason.NO_DESTINATION, 1),
                cells -> cells.floodCopies(1),
                cells -> cells.floodCopies(-1),
                cells -> cells.enqueued(1),
                cells -> cells.transmitted(1, 64),
                cells -> cells.dropEgress(DropReason.OVERSIZE, 1));
    }

    @ParameterizedTest
    @MethodSource("miscounts")
    void breaksOnEverySingleMiscount(Consumer<PortCells> miscount) {
        miscount.accept(a);
        assertThrows(AssertionError.class, () -> ConservationLaw.assertHolds(counters()));
    }

    @Test
    void tellsWhichPortAndHowMany() {
        b.transmitted(-2, 0);
        String message = assertThrows(AssertionError.class, () -> ConservationLaw.assertHolds(counters()))
                .getMessage();
        assertTrue(message.contains("port b has 0 frames in flight at ingress, 2 at egress"), message);
        b.transmitted(2, 0);
        a.floodCopies(4);
        message = assertThrows(AssertionError.class, () -> ConservationLaw.assertHolds(counters()))
                .getMessage();
        assertTrue(message.contains("switch balance 4"), message);
    }

    @Test
    void isNotFooledByTwoPortsWhoseErrorsCancelOut() {
        a.received(1, 64);
        b.received(-1, -64);
        assertThrows(AssertionError.class, () -> ConservationLaw.assertHolds(counters()));
    }
}
