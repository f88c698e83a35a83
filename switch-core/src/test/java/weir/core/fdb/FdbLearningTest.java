// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Learning, moving, quotas and eviction. */
class FdbLearningTest {
    private static final long GROUP = 0x01L;

    private final FdbFixture f = FdbFixture.withCapacityAndQuota(16, 8);

    @Test
    void learnsAnAddressAndTellsTheListener() {
        assertEquals(-1, f.portOf(1));
        assertTrue(f.learn(1, 3));
        assertEquals(3, f.portOf(1));
        assertEquals(1, f.fdb.size());
        assertEquals(1, f.fdb.size(3));
        assertEquals(List.of(FdbFixture.key(1) + "@3"), f.news);
    }

    @Test
    void keepsTheSameAddressInTwoVlansApart() {
        f.fdb.learn(FdbLayout.key(10, 2), 1);
        f.fdb.learn(FdbLayout.key(20, 2), 2);
        assertEquals(1, f.fdb.portOf(FdbLayout.key(10, 2)));
        assertEquals(2, f.fdb.portOf(FdbLayout.key(20, 2)));
        assertEquals(-1, f.fdb.portOf(FdbLayout.key(30, 2)));
        assertEquals(20, Fdb.vlanOf(FdbLayout.key(20, 2)));
    }

    @Test
    void refusesGroupAndZeroAddressesAsSources() {
        assertFalse(f.fdb.learn(FdbLayout.key(0, GROUP), 1));
        assertFalse(f.fdb.learn(FdbLayout.key(0, MacAddress.MASK), 1));
        assertFalse(f.fdb.learn(FdbLayout.key(0, 0), 1));
        assertFalse(f.fdb.learn(FdbLayout.key(7, 0), 1));
        assertEquals(0, f.fdb.size());
        assertEquals(0, f.fdb.learnRefused(1), "an invalid source is no refused one");
    }

    @Test
    void refusesAGroupAddressAsSourceThoughItHasAStaticEntry() {
        f.fdb.addStatic(0, GROUP, 2);
        assertEquals(2, f.fdb.portOf(GROUP));
        assertFalse(f.fdb.learn(GROUP, 1));
    }

    @Test
    void movesAnAddressToThePortItIsSeenAt() {
        f.learn(1, 1);
        f.learn(1, 2);
        assertEquals(2, f.portOf(1));
        assertEquals(0, f.fdb.size(1));
        assertEquals(1, f.fdb.size(2));
        assertEquals(1, f.fdb.moves());
        assertEquals(List.of(FdbFixture.key(1) + "@1", FdbFixture.key(1) + "@2"), f.news);
    }

    @Test
    void refusesNewAddressesBeyondTheQuotaAndKeepsThoseItHas() {
        for (int i = 0; i < 20; i++) {
            assertTrue(f.learn(i, 1), "the frame itself is still forwarded");
        }
        assertEquals(8, f.fdb.size(1));
        assertEquals(12, f.fdb.learnRefused(1));
        for (int i = 0; i < 8; i++) {
            assertEquals(1, f.portOf(i));
        }
    }

    @Test
    void refusesMovesToAPortAtItsQuota() {
        for (int i = 0; i < 8; i++) {
            f.learn(i, 1);
        }
        f.learn(100, 2);
        f.learn(100, 1);
        assertEquals(2, f.portOf(100), "stays where it was");
        assertEquals(1, f.fdb.learnRefused(1));
        assertEquals(0, f.fdb.moves());
    }

    @Test
    void evictsTheOldestOfTheGreediestPortWhenFull() {
        for (int i = 0; i < 8; i++) {
            f.learn(i, 1);
        }
        for (int i = 10; i < 17; i++) {
            f.learn(i, 2);
        }
        f.learn(20, 3); // 8 + 7 + 1: full
        f.advanceSeconds(10);
        f.learn(0, 1); // refreshed: now the newest of port 1
        f.learn(21, 3);
        assertEquals(3, f.portOf(21));
        assertEquals(-1, f.portOf(1), "the oldest of the greediest port goes");
        assertEquals(1, f.portOf(0));
        assertEquals(1, f.fdb.evictions());
        assertEquals(16, f.fdb.size());
    }

    @Test
    void refusesTheGreediestPortItselfWhenFull() {
        for (int i = 0; i < 8; i++) {
            f.learn(i, 1);
            f.learn(10 + i, 2);
        }
        f.advanceSeconds(1);
        f.learn(30, 1);
        f.learn(31, 2);
        assertEquals(-1, f.portOf(30));
        assertEquals(-1, f.portOf(31));
        assertEquals(0, f.fdb.evictions());
        for (int i = 0; i < 16; i++) {
            f.learn(40 + i, 3); // takes from both until nobody holds more than port 3
        }
        assertTrue(f.fdb.size(3) >= 5 && f.fdb.size(3) <= 6, "port 3 got its share: " + f.fdb.size(3));
        assertTrue(f.fdb.size(1) >= 5 && f.fdb.size(2) >= 5, "and left the others theirs");
    }

    @Test
    void countsOnlyDynamicEntriesAgainstQuotaAndGreed() {
        for (int i = 0; i < 12; i++) {
            assertTrue(f.fdb.addStatic(0, 2L | ((long) (100 + i) << 16), 1));
        }
        for (int i = 0; i < 4; i++) {
            f.learn(i, 2);
        }
        assertEquals(0, f.fdb.size(1));
        f.learn(50, 1);
        assertEquals(1, f.portOf(50), "port 1 holds fewer dynamic entries, so it may evict");
        assertEquals(3, f.fdb.size(2));
    }

    @Test
    void refusesEveryPortWhenStaticEntriesFillTheTable() {
        for (int i = 0; i < 16; i++) {
            assertTrue(f.fdb.addStatic(0, 2L | ((long) (100 + i) << 16), 1));
        }
        f.learn(1, 2);
        assertEquals(-1, f.portOf(1));
        assertEquals(1, f.fdb.learnRefused(2));
        assertFalse(f.fdb.addStatic(0, 2L | (300L << 16), 2), "full of static entries");
        assertTrue(f.fdb.addStatic(0, 2L | (100L << 16), 2), "replacing one is fine");
    }

    @Test
    void staticEntriesNeitherMoveNorYieldToNews() {
        f.fdb.addStatic(0, FdbFixture.key(1), 3);
        f.learn(1, 4);
        f.fdb.applyNews(FdbFixture.key(1), 5);
        assertEquals(3, f.portOf(1));
        assertTrue(f.fdb.dump().getFirst().isStatic());
        assertEquals(List.of(), f.news);
    }

    @Test
    void aStaticEntryReplacesADynamicOneAndCanBeRemoved() {
        f.learn(1, 2);
        f.fdb.addStatic(0, FdbFixture.key(1), 3);
        assertEquals(3, f.portOf(1));
        assertEquals(0, f.fdb.size(2));
        assertTrue(f.fdb.remove(0, FdbFixture.key(1)));
        assertFalse(f.fdb.remove(0, FdbFixture.key(1)));
        assertEquals(0, f.fdb.size());
    }

    @Test
    void aStaticEntryEvictsADynamicOneWhenFull() {
        for (int i = 0; i < 8; i++) {
            f.learn(i, 1);
            f.learn(10 + i, 2);
        }
        assertTrue(f.fdb.addStatic(0, FdbFixture.key(99), 3));
        assertEquals(3, f.portOf(99));
        assertEquals(-1, f.portOf(0), "the lowest of the equally greedy ports gives its oldest");
        assertEquals(16, f.fdb.size());
    }

    @Test
    void flushRemovesDynamicEntriesOnly() {
        f.learn(1, 1);
        f.learn(2, 2);
        f.fdb.addStatic(0, FdbFixture.key(3), 1);
        f.fdb.flushDynamic(1);
        assertEquals(Map.of(FdbFixture.key(2), 2, FdbFixture.key(3), 1), f.entries());
        f.fdb.flushDynamic(-1);
        assertEquals(Map.of(FdbFixture.key(3), 1), f.entries());
    }

    @Test
    void forgettingAPortRemovesItsStaticEntriesAndItsRefusals() {
        for (int i = 0; i < 10; i++) {
            f.learn(i, 1);
        }
        f.fdb.addStatic(0, FdbFixture.key(50), 1);
        f.fdb.addStatic(0, FdbFixture.key(51), 2);
        f.fdb.forgetPort(1);
        assertEquals(Map.of(FdbFixture.key(51), 2), f.entries());
        assertEquals(0, f.fdb.learnRefused(1));
        assertEquals(0, f.fdb.size(1));
    }

    @Test
    void newsFromAnotherWorkerAreTakenUpWithoutBeingToldAgain() {
        f.fdb.applyNews(FdbFixture.key(1), 2);
        assertEquals(2, f.portOf(1));
        f.fdb.applyNews(FdbFixture.key(1), 3);
        assertEquals(3, f.portOf(1));
        assertEquals(0, f.fdb.size(2));
        assertEquals(List.of(), f.news);
    }

    @Test
    void walksDynamicEntriesForAWorkerThatLostNews() {
        f.learn(1, 1);
        f.learn(2, 2);
        f.fdb.addStatic(0, FdbFixture.key(3), 1);
        int found = 0;
        for (int at = f.fdb.nextDynamic(0); at >= 0; at = f.fdb.nextDynamic(at + 1)) {
            assertEquals(f.fdb.portOf(f.fdb.keyAt(at)), f.fdb.portAt(at));
            found++;
        }
        assertEquals(2, found);
    }

    @Test
    void configRefusesWhatMakesNoSense() {
        assertThrows(IllegalArgumentException.class, () -> FdbConfig.withCapacity(8));
        assertThrows(
                IllegalArgumentException.class, () -> FdbConfig.withCapacity(16).withPortQuota(17));
        assertThrows(
                IllegalArgumentException.class, () -> FdbConfig.withCapacity(16).withAgeingSeconds(14));
        assertEquals(
                "FDB ageing seconds 3601 is out of range [15, 3600]",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> FdbConfig.defaults().withAgeingSeconds(3601))
                        .getMessage());
        assertEquals(8192, FdbConfig.defaults().capacity());
        assertEquals(512, FdbConfig.defaults().portQuota());
        assertEquals(256, FdbConfig.withCapacity(1024).portQuota(), "at least 256");
        assertEquals(16, FdbConfig.withCapacity(16).portQuota(), "at most the capacity");
    }
}
