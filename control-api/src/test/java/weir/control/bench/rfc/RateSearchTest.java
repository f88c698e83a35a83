// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.rfc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.control.tester.Outcome;

/** Devices of known capacity, without a frame. */
class RateSearchTest {
    private static final double TOP = 10_000_000;
    private static final double RESOLUTION = 0.01;
    private static final double FLOOR = 100;

    private final List<Double> tried = new ArrayList<>();

    private RateSearch.Found search(RateSearch.Trials device) throws InterruptedException {
        return search(1, device);
    }

    private RateSearch.Found search(int attempts, RateSearch.Trials device) throws InterruptedException {
        return new RateSearch(RESOLUTION, FLOOR, attempts).find(TOP, pps -> {
            tried.add(pps);
            return device.at(pps);
        });
    }

    /** Forwards as much as it can, and loses the rest. */
    private static RateSearch.Trials device(double capacity) {
        return pps -> new RateSearch.Probe(pps <= capacity ? Outcome.PASSED : Outcome.LOST, Math.min(pps, capacity));
    }

    @ParameterizedTest
    @ValueSource(doubles = {9_999_999, 9_600_000, 5_000_000, 1_234_567, 148_810, 20_833, 1_001, 205})
    void findsTheCapacityOfADevice(double capacity) throws InterruptedException {
        RateSearch.Found found = search(device(capacity));

        assertTrue(found.pps() <= capacity, found::toString);
        assertTrue(found.pps() >= capacity * (1 - 2 * RESOLUTION), found::toString);
        assertEquals(Outcome.LOST, found.limit());
        assertEquals(tried.size(), found.trials());
        assertTrue(found.trials() <= 25, found::toString);
        assertTrue(found.highestForwardedPps() <= capacity && found.highestForwardedPps() > 0.9 * capacity);
    }

    @Test
    void isOverAtOnceWhenAllThatCanBeOfferedPasses() throws InterruptedException {
        assertEquals(new RateSearch.Found(TOP, Outcome.PASSED, 1, TOP), search(device(2 * TOP)));
    }

    @Test
    void findsACapacityFarAboveWhatAnOverloadedDeviceForwards() throws InterruptedException {
        double capacity = 4_000_000;
        RateSearch.Found found = search(pps -> pps <= capacity
                ? new RateSearch.Probe(Outcome.PASSED, pps)
                : new RateSearch.Probe(Outcome.LOST, 500_000)); // it livelocks

        assertTrue(found.pps() <= capacity && found.pps() >= capacity * (1 - 2 * RESOLUTION), found::toString);
    }

    @Test
    void findsNothingWhereEveryRateLosesFrames() throws InterruptedException {
        RateSearch.Found found = search(pps -> new RateSearch.Probe(Outcome.LOST, 0.99 * pps));

        assertEquals(0, found.pps());
        assertTrue(tried.getLast() <= 2 * FLOOR, tried::toString);
        assertTrue(found.trials() <= 20, "by halves: " + tried);
    }

    @Test
    void namesWhatKeptTheNextRateFromPassing() throws InterruptedException {
        RateSearch.Found found = search(pps -> {
            Outcome outcome = pps > 6_000_000 ? Outcome.LOST : pps > 2_000_000 ? Outcome.LATE : Outcome.PASSED;
            return new RateSearch.Probe(outcome, Math.min(pps, 3_000_000));
        });

        assertEquals(Outcome.LATE, found.limit(), "the tester, not the device");
        assertTrue(found.pps() <= 2_000_000 && found.pps() > 1_900_000, found::toString);
    }

    @Test
    void aRateHasFailedWhenSoManyTrialsInARowHave() throws InterruptedException {
        // Every other trial fails, whatever the rate.
        RateSearch.Trials moody = pps -> tried.size() % 2 == 0
                ? new RateSearch.Probe(Outcome.PASSED, pps)
                : new RateSearch.Probe(Outcome.LOST, 0);

        assertEquals(TOP, search(2, moody).pps());
        assertEquals(List.of(TOP, TOP), tried);
    }

    @Test
    void refusesASearchWithoutEnd() {
        assertThrows(IllegalArgumentException.class, () -> new RateSearch(0, FLOOR, 1));
        assertThrows(IllegalArgumentException.class, () -> new RateSearch(1, FLOOR, 1));
        assertThrows(IllegalArgumentException.class, () -> new RateSearch(RESOLUTION, FLOOR, 0));
    }
}
