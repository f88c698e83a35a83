// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doorbell and the list of those that rang, one thread at a time; jcstress has them at once. */
class DoorbellTest {
    private int wakeups;
    private final WakeupList list = new WakeupList(() -> wakeups++);

    private final class Input extends WorkerInput {
        final Doorbell bell = new Doorbell(list, this);
        boolean hasInput;
        Runnable duringCheck = () -> {};

        @Override
        int poll() {
            return 0;
        }

        @Override
        boolean hasInput() {
            duringCheck.run();
            return hasInput;
        }

        @Override
        public Doorbell doorbell() {
            return bell;
        }
    }

    private final Input input = new Input();

    private List<WorkerInput> taken() {
        List<WorkerInput> inputs = new ArrayList<>();
        for (Doorbell bell = list.takeAll(); bell != null; bell = bell.next) {
            inputs.add(bell.input());
        }
        return inputs;
    }

    @Test
    void aRingIsSilentWhileTheInputIsPolled() {
        input.bell.ring();
        assertTrue(list.isEmpty());
        assertNull(list.takeAll());
    }

    @Test
    void aParkedBellRingsOnceOnly() {
        assertTrue(input.bell.park());
        input.bell.ring();
        input.bell.ring();
        assertFalse(list.isEmpty());
        assertEquals(List.of(input), taken());
        assertTrue(list.isEmpty());
        input.bell.ring();
        assertTrue(list.isEmpty(), "unparked by the first ring");
    }

    @Test
    void doesNotParkWhenInputCameJustBefore() {
        input.hasInput = true;
        assertFalse(input.bell.park());
        input.bell.ring();
        assertTrue(list.isEmpty(), "still polled, so the ring is silent");
    }

    @Test
    void isFoundOnTheListWhenAProducerRangWhileItParked() {
        input.hasInput = true;
        input.duringCheck = input.bell::ring;
        assertTrue(input.bell.park(), "leave the input alone: the list will bring it back");
        assertEquals(List.of(input), taken());
    }

    @Test
    void takesAllBellsThatRang() {
        Input other = new Input();
        input.bell.park();
        other.bell.park();
        input.bell.ring();
        other.bell.ring();
        List<WorkerInput> inputs = taken();
        assertEquals(2, inputs.size());
        assertTrue(inputs.contains(input) && inputs.contains(other));
    }

    @Test
    void canBeParkedAndRungAgain() {
        for (int i = 0; i < 3; i++) {
            assertTrue(input.bell.park());
            input.bell.ring();
            assertSame(input.bell, list.takeAll());
            input.bell.next = null;
        }
    }

    @Test
    void wakesTheWorkerOnlyWhenItSleeps() {
        input.bell.park();
        input.bell.ring();
        assertEquals(0, wakeups);
        taken();
        input.bell.park();
        list.goToSleep();
        input.bell.ring();
        assertEquals(1, wakeups);
        list.wakeUp();
        list.wakeIfAsleep();
        assertEquals(1, wakeups);
    }
}
