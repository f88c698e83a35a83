// SPDX-License-Identifier: Apache-2.0
package weir.core.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.locks.LockSupport;
import weir.core.Switch;
import weir.core.counter.ConservationLaw;

/** The assertions that every test makes which moves frames. */
public final class Law {
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long POLL_NANOS = 20_000;
    private static final long MAX_POLL_NANOS = 5_000_000;

    private Law() {}

    /** Every frame that came in went out or was dropped by name. The switch must be at rest. */
    public static void assertHolds(Switch sw) {
        ConservationLaw.assertHolds(sw.counters());
    }

    /** As {@link #assertHolds}, when who sends has just stopped: what is still on its way gets time to arrive. */
    public static void assertComesToHold(Switch sw) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                assertHolds(sw);
                return;
            } catch (AssertionError broken) {
                if (System.nanoTime() - deadline > 0) {
                    throw broken;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    /** As {@link #assertHolds}, and all slots but {@code heldByTest} are back in the pool. */
    public static void assertHoldsAndSlotsAreBack(Switch sw, int heldByTest) {
        assertHolds(sw);
        assertEquals(heldByTest, sw.slotsInUse(), "slots in use");
    }

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Polls for a condition for at most a minute. */
    public static void eventually(String what, Condition condition) {
        eventually(what, PATIENCE_NANOS, condition);
    }

    /** Polls for a condition: often at first, then less and less. What it throws is a failure. */
    public static void eventually(String what, long patienceNanos, Condition condition) {
        long deadline = System.nanoTime() + patienceNanos;
        long pauseNanos = POLL_NANOS;
        while (!holds(what, condition)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not happen within " + patienceNanos / 1_000_000_000L + " s: " + what);
            }
            LockSupport.parkNanos(pauseNanos);
            pauseNanos = Math.min(2 * pauseNanos, MAX_POLL_NANOS);
        }
    }

    private static boolean holds(String what, Condition condition) {
        try {
            return condition.holds();
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }
}
