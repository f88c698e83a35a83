// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameStoreTest {
    private static final int SMALL = 64;
    private static final int LARGE = 4;
    private static final int CREDIT = 40;
    private static final int ACCOUNT = 3;

    private final FramePool pool = new FramePool(new PoolConfig(SMALL, LARGE, CREDIT), 3, PoolMemory.anonymous());
    private final FrameStore home = pool.store(0);
    private final FrameStore foreign = pool.store(1);
    private final FrameStore third = pool.store(2);

    @AfterEach
    void everySlotIsBackAndThePoolCloses() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < pool.homes(); i++) {
                pool.store(i).reclaim();
                pool.store(i).publishReturns();
            }
        }
        assertEquals(0, pool.slotsInUse(), "slots in use");
        assertEquals(0, home.used(ACCOUNT));
        pool.close();
    }

    // ---- slots ----------------------------------------------------------------------------------

    @Test
    void givesEverySlotOnceThenNone() {
        Set<Integer> slots = new HashSet<>();
        long[] frames = new long[SMALL];
        for (int i = 0; i < SMALL; i++) {
            frames[i] = home.allocate(i % 8);
            assertTrue(frames[i] >= 0);
            assertTrue(slots.add(pool.slot(frames[i])), "slot given twice");
            assertTrue(home.isOwn(frames[i]));
            assertTrue(home.isExclusive(frames[i]));
            assertEquals(0, Frame.length(frames[i]));
        }
        assertEquals(-1, home.allocate(20));
        assertEquals(SMALL, pool.slotsInUse());
        home.release(frames, 0, SMALL);
        assertTrue(pool.offset(frames[0]) >= Frame.HEADROOM_BYTES);
    }

    @Test
    void reusesTheSlotThatWasFreedLast() {
        long first = home.allocate(ACCOUNT);
        home.release(first);
        assertEquals(first, home.allocate(ACCOUNT), "still warm in the cache");
        home.release(first);
    }

    @Test
    void largestFramesFitIntoEverySlotOfTheirClass() {
        long[] small = new long[SMALL];
        for (int i = 0; i < SMALL; i++) {
            small[i] = home.allocateFor(i % 8, FramePool.MAX_SMALL_FRAME_BYTES);
            assertTrue(
                    pool.contains(Frame.withLength(small[i], FramePool.MAX_SMALL_FRAME_BYTES)),
                    Frame.toString(small[i]));
            assertTrue(pool.slot(small[i]) < pool.smallUnits());
        }
        long[] large = new long[LARGE];
        for (int i = 0; i < LARGE; i++) {
            large[i] = home.allocateFor(ACCOUNT, FramePool.MAX_LARGE_FRAME_BYTES);
            assertTrue(
                    pool.contains(Frame.withLength(large[i], FramePool.MAX_LARGE_FRAME_BYTES)),
                    Frame.toString(large[i]));
            assertTrue(pool.slot(large[i]) >= pool.smallUnits());
        }
        assertEquals(-1, home.allocateLarge(ACCOUNT));
        assertTrue(FramePool.MAX_LARGE_FRAME_BYTES >= 65_536 + 256, "64 KiB and room for headers");
        home.release(small, 0, SMALL);
        home.release(large, 0, LARGE);
        assertEquals(-1, home.allocateFor(ACCOUNT, FramePool.MAX_LARGE_FRAME_BYTES + 1));
    }

    @Test
    void knowsWhichFramesLieInsideASlot() {
        assertTrue(pool.contains(Frame.of(0, 0, 2048)));
        assertFalse(pool.contains(Frame.of(0, 1, 2048)));
        int firstLarge = 3 * SMALL;
        assertTrue(pool.contains(Frame.of(firstLarge, 0, 33 * 2048)));
        assertFalse(pool.contains(Frame.of(firstLarge, 1, 33 * 2048)));
        assertTrue(pool.contains(Frame.of(firstLarge + 1, 0, 64)), "far inside a large slot");
        assertFalse(pool.contains(Frame.of(firstLarge + 32, 0, 2049)), "beyond the end of a large slot");
        assertEquals(firstLarge, pool.slot(Frame.of(firstLarge + 32, 7, 64)));
        assertEquals(32 * 2048 + 7, pool.offset(Frame.of(firstLarge + 32, 7, 64)));
        assertTrue(pool.contains(Frame.of(firstLarge + 33, 0, 64)));
        assertFalse(pool.contains(Frame.of(firstLarge + 3 * LARGE * 33, 0, 64)), "behind the last");
        assertFalse(pool.contains(Frame.of(Frame.MAX_SLOT, 0, 0)));
        assertFalse(pool.contains(-1L));
        assertThrows(IndexOutOfBoundsException.class, () -> pool.bytes(Frame.of(0, 2000, 100)));
    }

    @Test
    void refusesAPoolThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> new PoolConfig(63, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new PoolConfig(64, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new PoolConfig(64, 0, 0));
        PoolConfig config = new PoolConfig(64, 0, 1);
        assertEquals(
                "homes 128 is out of range [1, 127]",
                assertThrows(IllegalArgumentException.class, () -> new FramePool(config, 128, PoolMemory.anonymous()))
                        .getMessage());
    }

    @Test
    void takesAsManyAsThereAreAtOnce() {
        long[] frames = new long[2 + SMALL];
        assertEquals(10, home.allocate(ACCOUNT, frames, 2, 10));
        long[] rest = new long[SMALL];
        assertEquals(CREDIT - 10, home.allocate(ACCOUNT, rest, 0, SMALL), "no more than the credit");
        assertEquals(0, home.allocate(ACCOUNT, new long[1], 0, 1));
        assertEquals(0, home.creditLeft(ACCOUNT));
        long[] others = new long[SMALL];
        assertEquals(SMALL - CREDIT, home.allocate(ACCOUNT + 1, others, 0, SMALL), "no more than there are");
        Set<Integer> slots = new HashSet<>();
        for (int i = 2; i < 12; i++) {
            assertTrue(slots.add(pool.slot(frames[i])), "slot given twice");
            assertTrue(home.isExclusive(frames[i]));
            assertEquals(0, Frame.length(frames[i]));
        }
        home.release(others, 0, SMALL - CREDIT);
        home.release(rest, 0, CREDIT - 10);
        home.release(frames, 2, 10);
        assertEquals(CREDIT, home.creditLeft(ACCOUNT));
    }

    @Test
    void slotsThatAnotherWorkerGaveBackAreTakenAtOnce() {
        for (int i = 0; i < CREDIT; i++) {
            passAndReturn(home.allocate(ACCOUNT));
        }
        foreign.publishReturns();
        long[] frames = new long[CREDIT];
        assertEquals(CREDIT, home.allocate(ACCOUNT, frames, 0, CREDIT));
        home.release(frames, 0, CREDIT);
    }

    /** Frames of all sorts in one range: each is counted where it belongs. */
    @Test
    void releasesARangeOfAllSorts() {
        long[] frames = new long[24];
        for (int i = 0; i < frames.length; i++) {
            switch (i % 6) {
                case 0, 1 -> frames[i] = home.allocate(ACCOUNT);
                case 2 -> frames[i] = home.allocate(ACCOUNT + 1);
                case 3 -> frames[i] = i < 12 ? home.allocateLarge(ACCOUNT) : home.allocate(ACCOUNT);
                case 4 -> {
                    frames[i] = home.allocate(ACCOUNT);
                    home.share(frames[i], 1);
                }
                default -> {
                    frames[i] = foreign.allocate(ACCOUNT);
                    foreign.handOver(frames[i]);
                    home.adopt(frames[i]);
                }
            }
        }
        int shared = 4;
        home.release(frames, 0, frames.length);
        assertEquals(shared, home.used(ACCOUNT), "what somebody else holds");
        assertEquals(0, home.used(ACCOUNT + 1));
        for (int i = 4; i < frames.length; i += 6) {
            assertTrue(home.isExclusive(frames[i]));
            home.release(frames[i]);
        }
        home.publishReturns();
        foreign.reclaim();
        assertEquals(0, foreign.used(ACCOUNT));
    }

    // ---- credit ---------------------------------------------------------------------------------

    @Test
    void anAccountWithoutCreditGetsNothingWhileOthersDo() {
        long[] frames = new long[CREDIT];
        for (int i = 0; i < CREDIT; i++) {
            assertEquals(CREDIT - i, home.creditLeft(ACCOUNT));
            frames[i] = home.allocate(ACCOUNT);
        }
        assertEquals(-1, home.allocate(ACCOUNT));
        assertEquals(-1, home.allocateLarge(ACCOUNT));
        assertEquals(-1, home.copy(frames[0], ACCOUNT));
        long other = home.allocate(ACCOUNT + 1);
        assertTrue(other >= 0);
        home.release(frames[0]);
        assertEquals(1, home.creditLeft(ACCOUNT));
        frames[0] = home.allocate(ACCOUNT);
        assertTrue(frames[0] >= 0);
        home.release(frames, 0, CREDIT);
        home.release(other);
    }

    @Test
    void creditThatAnotherWorkerGaveBackIsThereAtOnce() {
        for (int i = 0; i < CREDIT; i++) {
            passAndReturn(home.allocate(ACCOUNT));
        }
        foreign.publishReturns();
        long frame = home.allocate(ACCOUNT);
        assertTrue(frame >= 0, "slots wait on the reverse ring");
        home.release(frame);
    }

    private void passAndReturn(long frame) {
        home.handOver(frame);
        foreign.adopt(frame);
        foreign.release(frame);
    }

    // ---- holders --------------------------------------------------------------------------------

    @Test
    void aSharedFrameIsFreedByItsLastHolder() {
        long frame = home.allocate(ACCOUNT);
        home.share(frame, 2);
        assertFalse(home.isExclusive(frame));
        home.release(frame);
        home.release(frame);
        assertTrue(home.isExclusive(frame));
        assertEquals(1, pool.slotsInUse());
        home.release(frame);
        assertEquals(0, pool.slotsInUse());
    }

    @Test
    void aHandedOverFrameComesHomeOverTheReverseRing() {
        long frame = home.allocate(ACCOUNT);
        home.handOver(frame);
        foreign.adopt(frame);
        assertFalse(foreign.isOwn(frame));
        assertTrue(foreign.isExclusive(frame));
        foreign.release(frame);
        assertFalse(home.reclaim(), "not published yet");
        foreign.publishReturns();
        assertTrue(home.reclaim());
        assertEquals(0, home.used(ACCOUNT));
    }

    @Test
    void aFrameMayTravelOverSeveralWorkersAndBackHome() {
        long frame = home.allocate(ACCOUNT);
        home.handOver(frame);
        foreign.adopt(frame);
        foreign.handOver(frame);
        third.adopt(frame);
        third.handOver(frame);
        home.adopt(frame);
        assertTrue(home.isExclusive(frame));
        assertEquals(1, home.used(ACCOUNT));
        home.release(frame);
    }

    @Test
    void theHomeCountsAForeignWorkerOnceHoweverManyHoldersItHas() {
        long frame = home.allocate(ACCOUNT);
        home.share(frame, 2); // one local holder, two foreign workers
        foreign.adoptShared(frame, 3);
        third.adoptShared(frame, 1);
        foreign.release(frame);
        foreign.release(frame);
        third.release(frame);
        foreign.publishReturns();
        third.publishReturns();
        home.reclaim();
        assertFalse(home.isExclusive(frame), "one worker still has a holder");
        foreign.release(frame);
        foreign.publishReturns();
        home.reclaim();
        assertTrue(home.isExclusive(frame));
        home.release(frame);
    }

    @Test
    void aSharedFrameIsNeverExclusiveOnAForeignWorker() {
        long frame = home.allocate(ACCOUNT);
        home.share(frame, 1);
        foreign.adoptShared(frame, 1);
        assertFalse(foreign.isExclusive(frame), "the home has a holder, too");
        foreign.share(frame, 2);
        foreign.release(frame);
        foreign.release(frame);
        assertFalse(foreign.isExclusive(frame));
        foreign.release(frame);
        foreign.publishReturns();
        home.reclaim();
        assertTrue(home.isExclusive(frame));
        home.release(frame);
    }

    @Test
    void everySlotOfAHomeFitsOntoTheReverseRing() {
        long[] frames = new long[SMALL + LARGE];
        for (int i = 0; i < SMALL; i++) {
            frames[i] = home.allocate(i % 8);
        }
        for (int i = 0; i < LARGE; i++) {
            frames[SMALL + i] = home.allocateLarge(9);
        }
        for (long frame : frames) {
            passAndReturn(frame);
        }
        foreign.publishReturns();
        assertEquals(0, pool.slotsInUse());
    }

    @Test
    void aSlotFreedTwiceIsNoticedInTests() {
        long frame = home.allocate(ACCOUNT);
        home.release(frame);
        assertThrows(AssertionError.class, () -> home.release(frame));
    }

    @Test
    void releaseLaterTakesEffectAtTheNextReclaim() {
        long own = home.allocate(ACCOUNT);
        long passed = foreign.allocate(ACCOUNT);
        foreign.handOver(passed);
        home.adopt(passed);
        home.releaseLater(own);
        home.releaseLater(passed);
        assertEquals(1, home.used(ACCOUNT));
        assertTrue(home.reclaim());
        assertEquals(0, home.used(ACCOUNT));
        home.publishReturns();
        assertTrue(foreign.reclaim());
    }

    // ---- copies ---------------------------------------------------------------------------------

    @Test
    void aCopyHasItsOwnBytesAndOneHolder() {
        long frame = Frame.withLength(home.allocate(ACCOUNT), 100);
        pool.bytes(frame).fill((byte) 7);
        home.share(frame, 1);
        long copy = home.copy(frame, ACCOUNT);
        assertNotEquals(pool.slot(frame), pool.slot(copy));
        assertTrue(home.isExclusive(copy));
        pool.bytes(frame).fill((byte) 9);
        byte[] expected = new byte[100];
        java.util.Arrays.fill(expected, (byte) 7);
        assertArrayEquals(expected, pool.bytes(copy).toArray(ValueLayout.JAVA_BYTE));
        home.release(copy);
        home.release(frame);
        home.release(frame);
    }

    @Test
    void aForeignFrameIsCopiedIntoTheCopiersHome() {
        long frame = Frame.withLength(home.allocate(ACCOUNT), FramePool.MAX_SMALL_FRAME_BYTES + 1);
        home.handOver(frame);
        foreign.adopt(frame);
        long copy = foreign.copy(frame, ACCOUNT);
        assertTrue(foreign.isOwn(copy));
        assertTrue(pool.slot(copy) >= pool.smallUnits(), "too long for a small slot");
        foreign.release(copy);
        foreign.release(frame);
    }
}
