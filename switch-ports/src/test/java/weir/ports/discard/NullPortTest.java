// SPDX-License-Identifier: Apache-2.0
package weir.ports.discard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.core.counter.PortCounters;
import weir.core.port.PortException;
import weir.core.port.PortState;
import weir.ports.PortSpec;
import weir.ports.testing.QueueDriver;

class NullPortTest {
    @Test
    void swallowsWhatItIsSentAndSendsNothing() throws Exception {
        NullPort port = new NullPort("hole");
        try (QueueDriver driver = new QueueDriver(port.queues().getFirst())) {
            driver.transmit(new byte[60], new byte[1514], new byte[9000]);
            assertEquals(0, driver.receive(64).size());
            assertFalse(port.queues().getFirst().hasInput(), "a worker may sleep");
            PortCounters counters = driver.counters();
            assertEquals(3, counters.transmitted());
            assertEquals(60 + 1514 + 9000, counters.transmittedBytes());
            assertEquals(0, driver.pool().slotsInUse(), "slots go back at once");
        }
        assertEquals("null:hole", port.spec());
        assertEquals(PortState.UP, port.state());
        port.close();
        port.close();
    }

    @ParameterizedTest
    @CsvSource({"null:,port name is empty", "null:a?x=1,unknown option \"x\" in \"null:a?x=1\""})
    void refusesSpecs(String spec, String cause) {
        PortException refused = assertThrows(PortException.class, () -> new NullKind().read(PortSpec.parse(spec)));
        assertEquals(cause, refused.getMessage());
    }

    @Test
    void opensWhatASpecSays() throws Exception {
        assertEquals(
                "null:a", new NullKind().read(PortSpec.parse("null:a")).open().spec());
    }
}
