// SPDX-License-Identifier: Apache-2.0
package weir.control.report;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import weir.core.Switch;
import weir.core.counter.ConservationLaw;
import weir.core.counter.PortCounters;

/**
 * Whether received frames are equal to sent and dropped ones: see {@link ConservationLaw}.
 *
 * @param detail what is left over when it does not hold, else empty
 */
public record LawReport(boolean holds, String detail) {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP_MILLIS = 5;

    /** Checks a switch. The law is exact at rest only, so frames in flight get up to a second to arrive. */
    public static LawReport await(Switch sw) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        String broken = whatIsBroken(sw.counters());
        while (!broken.isEmpty() && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
            broken = whatIsBroken(sw.counters());
        }
        return new LawReport(broken.isEmpty(), broken);
    }

    private static String whatIsBroken(Map<String, PortCounters> counters) {
        try {
            ConservationLaw.assertHolds(counters);
            return "";
        } catch (AssertionError broken) {
            return String.valueOf(broken.getMessage());
        }
    }

    /** One line for people. */
    public String sentence() {
        return holds ? "every frame is accounted for" : "frames are missing: " + detail;
    }
}
