// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import weir.core.ring.CacheLinePadded;
import weir.core.ring.RingLayout;
import weir.core.ring.SpscRing;

/**
 * One worker's view of the pool: its free slots, the slots it holds of other homes, and the rings that
 * carry slots home. Every method belongs to that worker's thread.
 *
 * <p>A slot is charged to an <em>account</em> (the index of the ingress port that asked for it) from
 * allocation until its last holder released it. A frame with one holder is exclusive and may be
 * changed; a frame shared by {@link #share} is immutable. Holders are counted per worker: the home
 * counts each foreign worker once, and a foreign worker counts its own holders and sends the slot home
 * when the last one is gone.
 */
public final class FrameStore extends CacheLinePadded {
    /** Accounts are port indices; this is the number of them. */
    public static final int MAX_ACCOUNTS = 4096;

    private static final int STAGGER_MASK = 3;
    private static final int CACHE_LINE_BYTES = 64;

    private final FramePool pool;
    private final int home;
    private final int smallUnits;
    private final byte[] homeOfUnit;
    private final char[] accountOfUnit;

    /** Holders of each slot here; negative when other workers may hold it too, which its home counts. */
    private final int[] holders;

    private final int[] smallFree;
    private final int[] largeFree;
    private final int[] used = new int[MAX_ACCOUNTS];
    private final int credit;
    private final SpscRing.@Nullable Producer[] toHome;
    private final SpscRing.@Nullable Consumer[] fromWorker;
    private int smallTop;
    private int largeTop;
    private boolean returnsPending;
    private final ConcurrentLinkedQueue<Long> strays = new ConcurrentLinkedQueue<>();

    FrameStore(FramePool pool, int home, int homes, char[] accountOfUnit) {
        toHome = new SpscRing.Producer[homes];
        fromWorker = new SpscRing.Consumer[homes];
        this.pool = pool;
        this.home = home;
        this.accountOfUnit = accountOfUnit;
        smallUnits = pool.smallUnits();
        homeOfUnit = pool.homeOfUnit();
        holders = new int[pool.units()];
        credit = pool.config().creditPerPort();
        int small = pool.config().smallSlotsPerWorker();
        int large = pool.config().largeSlotsPerWorker();
        smallFree = new int[small];
        largeFree = new int[large];
        for (int i = small - 1; i >= 0; i--) {
            smallFree[smallTop++] = home * small + i;
        }
        for (int i = large - 1; i >= 0; i--) {
            largeFree[largeTop++] = smallUnits + (home * large + i) * FramePool.LARGE_SLOT_UNITS;
        }
    }

    /** Makes the reverse ring that carries slots of {@code other} home, with room for all of them. */
    void connectTo(FrameStore other) {
        SpscRing ring = new SpscRing(RingLayout.capacityFor(other.slots()));
        toHome[other.home] = ring.producer();
        other.fromWorker[home] = ring.consumer();
    }

    private int slots() {
        return smallFree.length + largeFree.length;
    }

    public FramePool pool() {
        return pool;
    }

    public int home() {
        return home;
    }

    /**
     * Takes one small slot.
     *
     * @param account index of the port that is charged
     * @return an empty frame at the slot's first byte behind the headroom, or -1 when the account has
     *     no credit left or the home no slot
     */
    public long allocate(int account) {
        if ((used[account] >= credit || smallTop == 0) && !(reclaim() && used[account] < credit && smallTop > 0)) {
            return -1;
        }
        used[account]++;
        return open(smallFree[--smallTop], account);
    }

    /**
     * As {@link #allocate(int)}, several at a time.
     *
     * @param target gets frames from index {@code from} on
     * @return how many, up to {@code max}
     */
    public int allocate(int account, long[] target, int from, int max) {
        if (Math.min(credit - used[account], smallTop) < max) {
            reclaim();
        }
        int n = Math.max(0, Math.min(max, Math.min(credit - used[account], smallTop)));
        int top = smallTop;
        for (int i = from; i < from + n; i++) {
            target[i] = open(smallFree[--top], account);
        }
        smallTop = top;
        used[account] += n;
        return n;
    }

    /** As {@link #allocate(int)}, for a slot that holds {@link FramePool#MAX_LARGE_FRAME_BYTES}. */
    public long allocateLarge(int account) {
        if ((used[account] >= credit || largeTop == 0) && !(reclaim() && used[account] < credit && largeTop > 0)) {
            return -1;
        }
        used[account]++;
        return open(largeFree[--largeTop], account);
    }

    /** A slot that holds {@code lengthBytes}, small if it fits; -1 when there is none. */
    public long allocateFor(int account, int lengthBytes) {
        if (lengthBytes <= FramePool.MAX_SMALL_FRAME_BYTES) {
            return allocate(account);
        }
        return lengthBytes <= FramePool.MAX_LARGE_FRAME_BYTES ? allocateLarge(account) : -1;
    }

    /**
     * Cache lines by which a frame's start is moved, so that headers spread over the cache's sets. A
     * slot's own address fixes all but the low five bits of its line number and repeats in L1 every two
     * slots and in L2 every 64: hence these two bits of the slot number, not the lowest ones.
     */
    private static int stagger(int slot) {
        return ((slot >> 1) ^ (slot >> 6)) & STAGGER_MASK;
    }

    private int slotOf(long frame) {
        return FramePool.slotOfUnit(Frame.unit(frame), smallUnits);
    }

    private long open(int slot, int account) {
        accountOfUnit[slot] = (char) account;
        holders[slot] = 1;
        return Frame.of(slot, Frame.HEADROOM_BYTES + CACHE_LINE_BYTES * stagger(slot), 0);
    }

    /**
     * Gives up one hold on a frame. The last hold of a slot of this home frees it; the last hold here
     * of another home's slot sends it back.
     */
    public void release(long frame) {
        int slot = slotOf(frame);
        int left = holders[slot] - 1;
        if (left > 0) {
            holders[slot] = left;
            return;
        }
        if (left < -2) {
            holders[slot] = left + 2; // shared with other workers: counted towards 0 from below
            return;
        }
        int slotHome = homeOfUnit[slot];
        if (slotHome == home) {
            free(slot);
        } else {
            holders[slot] = 0;
            sendHome(slotHome, slot);
        }
    }

    /** {@link #release(long)} for a range. */
    public void release(long[] frames, int from, int count) {
        int end = from + count;
        int i = from;
        while (i < end) {
            i = freeAlike(frames, i, end);
            if (i < end) {
                release(frames[i++]);
            }
        }
    }

    /**
     * Frees slots as long as they are small ones of this home, with one holder and the same account: what is dropped
     * mostly is. Counts once for all of them.
     *
     * @return index of the first frame that is otherwise, or {@code end}
     */
    private int freeAlike(long[] frames, int start, int end) {
        int[] free = smallFree;
        int top = smallTop;
        int account = accountOfUnit[slotOf(frames[start])];
        int i = start;
        for (; i < end; i++) {
            int slot = slotOf(frames[i]);
            if (slot >= smallUnits
                    || holders[slot] != 1
                    || homeOfUnit[slot] != home
                    || accountOfUnit[slot] != account) {
                break;
            }
            holders[slot] = 0;
            free[top++] = slot;
        }
        smallTop = top;
        used[account] -= i - start;
        return i;
    }

    private void free(int slot) {
        assert holders[slot] == 1 : "slot " + slot + " freed twice";
        holders[slot] = 0;
        used[accountOfUnit[slot]]--;
        if (slot < smallUnits) {
            smallFree[smallTop++] = slot;
        } else {
            largeFree[largeTop++] = slot;
        }
    }

    private void sendHome(int slotHome, int slot) {
        SpscRing.Producer ring = toHome[slotHome];
        assert ring != null && ring.room(1) > 0 : "reverse ring to home " + slotHome + " is full";
        if (ring != null) {
            ring.put(slot);
            returnsPending = true;
        }
    }

    /**
     * Adds holders to an exclusive frame, which makes it shared and immutable.
     *
     * @param more holders beyond the one there is: local destinations, and for a frame of this home
     *     also one for each foreign worker that gets it
     */
    public void share(long frame, int more) {
        int slot = slotOf(frame);
        holders[slot] += holders[slot] < 0 ? -more : more;
    }

    /**
     * Takes over an exclusive frame from another worker. A frame of this home that comes back keeps the
     * count it has.
     */
    public void adopt(long frame) {
        int slot = slotOf(frame);
        if (homeOfUnit[slot] != home) {
            holders[slot] = 1;
        }
    }

    /**
     * Notes that a frame of another home, which other workers may hold too, has so many holders here. It
     * is not exclusive, even when one of them is left: the others are counted elsewhere.
     */
    public void adoptShared(long frame, int holdersHere) {
        holders[slotOf(frame)] = -holdersHere;
    }

    /**
     * Passes an exclusive frame to another worker. The home goes on counting it; a foreign worker
     * forgets it.
     */
    public void handOver(long frame) {
        int slot = slotOf(frame);
        assert holders[slot] == 1 : "only an exclusive frame changes its worker";
        if (homeOfUnit[slot] != home) {
            holders[slot] = 0;
        }
    }

    /** Whether this worker is the home of the frame's slot. */
    public boolean isOwn(long frame) {
        return homeOfUnit[slotOf(frame)] == home;
    }

    /** Whether there is one holder only, so that the bytes may be changed in place. */
    public boolean isExclusive(long frame) {
        return holders[slotOf(frame)] == 1;
    }

    /**
     * Copies a frame into a slot of this home; the original keeps its holders.
     *
     * @return the copy, with one holder, or -1 when there is no slot or no credit
     */
    public long copy(long frame, int account) {
        int length = Frame.length(frame);
        long empty = allocateFor(account, length);
        if (empty < 0) {
            return -1;
        }
        Mem.copy(pool.address(frame), pool.address(empty), length);
        return Frame.withLength(empty, length);
    }

    /** Makes the slots sent home since the last call visible to their homes. Once per batch. */
    public void publishReturns() {
        if (!returnsPending) {
            return;
        }
        returnsPending = false;
        for (SpscRing.Producer ring : toHome) {
            if (ring != null) {
                ring.publish();
            }
        }
    }

    /** Takes back the slots of this home that other workers returned; false when there were none. */
    public boolean reclaim() {
        boolean any = reclaimStrays();
        for (SpscRing.Consumer ring : fromWorker) {
            int n = ring == null ? 0 : ring.available();
            if (ring != null && n > 0) {
                for (int k = 0; k < n; k++) {
                    release(Frame.of((int) ring.peek(k), 0, 0));
                }
                ring.advance(n);
                any = true;
            }
        }
        return any;
    }

    /**
     * Any thread, rare: releases a hold of this worker from outside, such as a frame that a user gives
     * back after its port was detached. Takes effect at the next {@link #reclaim}.
     */
    public void releaseLater(long frame) {
        strays.add(frame);
    }

    private boolean reclaimStrays() {
        boolean any = false;
        for (Long frame = strays.poll(); frame != null; frame = strays.poll()) {
            release(frame);
            any = true;
        }
        return any;
    }

    /** Slots that an account holds now. */
    public int used(int account) {
        return used[account];
    }

    /** Slots that an account may still take. */
    public int creditLeft(int account) {
        return credit - used[account];
    }

    /** Slots of this home that are not free, after taking back what others returned. */
    public int slotsInUse() {
        reclaim();
        return slots() - smallTop - largeTop;
    }
}
