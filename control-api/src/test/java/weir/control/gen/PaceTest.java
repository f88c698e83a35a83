// SPDX-License-Identifier: Apache-2.0
package weir.control.gen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
    private static final long START = Long.MAX_VALUE - 1_000; // nanoTime may be anything, and overflow
    private static final long MILLI = 1_000_000;

    /** So long after the start. */
    private static long at(long elapsedNanos) {
        return START + elapsedNanos;
    }

    private static Pace pace(double rate, int burst) {
        Pace pace = new Pace(rate, burst);
        pace.start(START);
        return pace;
    }

    @ParameterizedTest
    @CsvSource({"1000, 1", "1000, 7", "123456, 1", "1000000, 64", "0.5, 1", "14880952, 32"})
    void givesTheRateExactly(double rate, int burst) {
        Pace pace = pace(rate, burst);
        long given = 0;
        for (long t = 0; t <= 10_000 * MILLI; t += MILLI / 4) {
            int now = pace.take(at(t), 1 << 20);
            assertEquals(0, now % burst, "whole bursts");
            given += now;
        }
        assertTrue(Math.abs(given - 10 * rate) <= burst + 1, given + " in 10 s");
        assertEquals(0, pace.skipped());
    }

    @Test
    void theFirstBurstIsDueAtOnceAndTheNextLater() {
        Pace pace = pace(1000, 4);
        assertEquals(4, pace.take(START, 64));
        assertEquals(0, pace.take(START, 64));
        assertEquals(0, pace.take(at(3 * MILLI + MILLI / 2), 64));
        assertEquals(4, pace.take(at(4 * MILLI), 64));
    }

    @Test
    void aBurstThatDoesNotFitComesInParts() {
        Pace pace = pace(1000, 100);
        assertEquals(64, pace.take(START, 64));
        assertEquals(36, pace.take(START, 64));
        assertEquals(0, pace.take(START, 64));
    }

    @Test
    void whatCouldNotBeMadeIsDueAgain() {
        Pace pace = pace(1000, 4);
        assertEquals(4, pace.take(START, 64));
        pace.giveBack(3);
        assertEquals(3, pace.take(START, 64));
    }

    @Test
    void makesUpForShortDelaysAndSkipsLongOnes() {
        Pace pace = pace(1_000, 1);
        assertEquals(1, pace.take(START, 1 << 20));
        assertEquals(90, pace.take(at(90 * MILLI), 1 << 20));
        assertEquals(100, pace.take(at(5_090 * MILLI), 1 << 20), "what 100 ms are worth");
        assertEquals(4_900, pace.skipped());
        assertEquals(1, pace.take(at(5_091 * MILLI), 1 << 20), "and on at the rate");
    }

    @Test
    void withoutALimitEverythingIsDue() {
        Pace pace = pace(Pace.UNLIMITED, 1);
        assertEquals(64, pace.take(START, 64));
        assertEquals(64, pace.take(START, 64));
        assertEquals(0, pace.intervalNanos());
    }
}
