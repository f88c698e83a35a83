// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Ageing, refreshing and flapping, on a clock that the test moves. */
class FdbTimeTest {
    private final FdbFixture f = FdbFixture.withCapacityAndQuota(64, 32);

    @Test
    void agesOutBetweenTheLimitAndOneRefreshIntervalLater() {
        for (int offsetMillis = 0; offsetMillis < 10_000; offsetMillis += 900) {
            FdbFixture g = FdbFixture.withCapacityAndQuota(64, 32);
            g.advanceMillis(offsetMillis);
            g.learn(1, 1);
            g.advanceMillis(299_900);
            assertEquals(1, g.portOf(1), "seen 299.9 s ago, at offset " + offsetMillis);
            g.advanceMillis(10_100);
            assertEquals(-1, g.portOf(1), "seen 310 s ago, at offset " + offsetMillis);
            assertEquals(0, g.fdb.size());
        }
    }

    @Test
    void goesExactlyWhenItsRefreshIntervalIsAgeingSecondsPast() {
        f.advanceMillis(3_000);
        f.learn(1, 1); // in the interval [0 s, 10 s)
        f.advanceMillis(306_900);
        assertEquals(1, f.portOf(1));
        f.advanceMillis(100);
        assertEquals(-1, f.portOf(1), "at 310.0 s");
    }

    @Test
    void agesAsManySecondsAsConfigured() {
        FdbFixture g = new FdbFixture(new FdbConfig(64, 32, 15, 10, 5, 1));
        g.learn(1, 1);
        g.advanceMillis(15_900);
        assertEquals(1, g.portOf(1));
        g.advanceMillis(100);
        assertEquals(-1, g.portOf(1), "the refresh interval is a second when ageing is 15");
    }

    @Test
    void staticEntriesDoNotAge() {
        f.fdb.addStatic(0, FdbFixture.key(1), 2);
        f.advanceSeconds(100_000);
        assertEquals(2, f.portOf(1));
        assertEquals(0, f.fdb.dump().getFirst().ageSeconds());
    }

    @Test
    void refreshesAtMostOnceInAnInterval() {
        f.learn(1, 1);
        for (int i = 0; i < 100; i++) {
            f.learn(1, 1);
            f.advanceMillis(90);
        }
        assertEquals(1, f.news.size(), "the first sight only, within 9 s");
        f.advanceSeconds(1);
        f.learn(1, 1);
        f.learn(1, 1);
        assertEquals(2, f.news.size(), "a refresh is told to the other workers");
    }

    @Test
    void anAddressThatKeepsTalkingStays() {
        f.learn(1, 1);
        f.learn(2, 1);
        for (int i = 0; i < 100; i++) {
            f.advanceSeconds(60);
            f.learn(1, 1);
        }
        assertEquals(1, f.portOf(1));
        assertEquals(-1, f.portOf(2));
    }

    @Test
    void newsRefreshToo() {
        f.learn(1, 1);
        f.advanceSeconds(200);
        f.fdb.applyNews(FdbFixture.key(1), 1);
        f.advanceSeconds(200);
        assertEquals(1, f.portOf(1));
    }

    @Test
    void aDumpTellsTheAgeToWithinAnInterval() {
        f.learn(1, 1);
        f.advanceSeconds(57);
        assertEquals(57, f.fdb.dump().getFirst().ageSeconds());
        f.learn(1, 1);
        assertEquals(7, f.fdb.dump().getFirst().ageSeconds());
    }

    @Test
    void tenMovesASecondAreNoFlap() {
        f.learn(1, 0);
        for (int second = 0; second < 5; second++) {
            for (int i = 0; i < 10; i++) {
                f.learn(1, 1 + (i & 1));
            }
            f.advanceSeconds(1);
        }
        assertEquals(List.of(), f.flaps);
        assertEquals(2, f.portOf(1));
    }

    @Test
    void theEleventhMoveInASecondHoldsTheAddressWhereItWasBefore() {
        f.learn(1, 0);
        for (int i = 0; i < 11; i++) {
            f.learn(1, 1 + (i & 1));
        }
        assertEquals(0, f.portOf(1), "where it was before the burst");
        assertEquals(List.of(FdbFixture.key(1) + "@0"), f.flaps);
        f.advanceMillis(4_900);
        assertTrue(f.learn(1, 1), "its frames are forwarded all the while");
        assertEquals(0, f.portOf(1));
        assertEquals(1, f.flaps.size());
        f.advanceMillis(100);
        f.learn(1, 1);
        assertEquals(1, f.portOf(1), "free again after 5 s");
    }

    @Test
    void aHeldAddressIsRefreshedByFramesFromWhereItIsHeld() {
        f.learn(1, 0);
        for (int i = 0; i < 11; i++) {
            f.learn(1, 1 + (i & 1));
        }
        int newsSoFar = f.news.size();
        f.learn(1, 2);
        assertEquals(newsSoFar, f.news.size());
        f.advanceMillis(4_000);
        f.learn(1, 0);
        f.learn(1, 2);
        assertEquals(0, f.portOf(1));
    }

    @Test
    void newsDoNotFreeAHeldAddress() {
        f.learn(1, 0);
        for (int i = 0; i < 11; i++) {
            f.learn(1, 1 + (i & 1));
        }
        f.fdb.applyNews(FdbFixture.key(1), 2);
        assertEquals(0, f.portOf(1));
    }

    @Test
    void movesThatOtherWorkersSawCountTowardsAFlap() {
        f.learn(1, 0);
        for (int i = 0; i < 6; i++) {
            f.fdb.applyNews(FdbFixture.key(1), 1); // it talks on another worker's port, too
            f.learn(1, 2);
        }
        assertEquals(0, f.portOf(1));
        assertEquals(1, f.flaps.size());
    }

    @Test
    void aPortThatIsGoneIsNoPlaceToHoldAnAddress() {
        f.learn(1, 0);
        f.learn(1, 1);
        f.fdb.forgetPort(0);
        for (int i = 0; i < 12; i++) {
            f.learn(1, 1 + (i & 1));
        }
        assertTrue(f.portOf(1) == 1 || f.portOf(1) == 2, "held at " + f.portOf(1));
        assertEquals(0, f.fdb.size(0));
    }
}
