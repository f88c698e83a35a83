// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * All frame memory of a switch: one area, small slots first, then large ones, every slot with a home
 * worker.
 *
 * <pre>
 *  0                                 smallUnits                          units
 *  +-----------+-----------+--...---+------------+------------+--...---+
 *  | home 0    | home 1    |        | home 0     | home 1     |        |
 *  | 2 KiB each|           |        | 66 KiB each|            |        |
 *  +-----------+-----------+--...---+------------+------------+--...---+
 * </pre>
 *
 * Small slots are contiguous from the start so that the same bytes can serve as an AF_XDP UMEM.
 * Only the home worker's {@link FrameStore} keeps a slot's free list entry, its account and its count
 * of holders; other workers send the slot back over a ring that has room for every slot of that home.
 */
public final class FramePool implements AutoCloseable {
    /** Units of 2 KiB in a large slot: 64 KiB of frame, headroom and tailroom. */
    public static final int LARGE_SLOT_UNITS = 33;

    private static final int MAX_STAGGER_BYTES = 3 * 64;

    /** Longest frame that fits into a small slot wherever its start is staggered. */
    public static final int MAX_SMALL_FRAME_BYTES = Frame.SLOT_UNIT_BYTES - Frame.HEADROOM_BYTES - MAX_STAGGER_BYTES;

    /** Longest frame that fits into a large slot wherever its start is staggered. */
    public static final int MAX_LARGE_FRAME_BYTES =
            LARGE_SLOT_UNITS * Frame.SLOT_UNIT_BYTES - Frame.HEADROOM_BYTES - MAX_STAGGER_BYTES;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final long baseAddress;
    private final int smallUnits;
    private final byte[] homeOfUnit;
    /** For each slot, what is left to be done for the frame in it; means something while the frame says so. */
    private final long[] offloadOfUnit;

    private final FrameStore[] stores;
    private final PoolConfig config;

    /**
     * @param homes number of workers, 1 to 127
     */
    public FramePool(PoolConfig config, int homes, PoolMemory poolMemory) {
        if (homes < 1 || homes > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("homes " + homes + " is out of range [1, " + Byte.MAX_VALUE + "]");
        }
        this.config = config;
        smallUnits = Math.multiplyExact(homes, config.smallSlotsPerWorker());
        int largeUnitsPerHome = Math.multiplyExact(config.largeSlotsPerWorker(), LARGE_SLOT_UNITS);
        int units = Math.addExact(smallUnits, Math.multiplyExact(homes, largeUnitsPerHome));
        if (units > Frame.MAX_SLOT) {
            throw new IllegalArgumentException("pool of " + units + " units exceeds " + Frame.MAX_SLOT);
        }
        try {
            memory = poolMemory.reserve((long) units << Frame.SLOT_UNIT_SHIFT, arena);
        } catch (RuntimeException | Error e) {
            arena.close(); // gives back what was mapped before it failed
            throw e;
        }
        baseAddress = memory.address();
        homeOfUnit = new byte[units];
        offloadOfUnit = new long[units];
        char[] accountOfUnit = new char[units];
        for (int home = 0; home < homes; home++) {
            int firstSmall = home * config.smallSlotsPerWorker();
            int firstLarge = smallUnits + home * largeUnitsPerHome;
            Arrays.fill(homeOfUnit, firstSmall, firstSmall + config.smallSlotsPerWorker(), (byte) home);
            Arrays.fill(homeOfUnit, firstLarge, firstLarge + largeUnitsPerHome, (byte) home);
        }
        stores = new FrameStore[homes];
        for (int home = 0; home < homes; home++) {
            stores[home] = new FrameStore(this, home, homes, accountOfUnit);
        }
        for (FrameStore from : stores) {
            for (FrameStore to : stores) {
                if (from != to) {
                    from.connectTo(to);
                }
            }
        }
    }

    /** The store that belongs to one worker; only that worker's thread may use it. */
    public FrameStore store(int home) {
        return stores[home];
    }

    public PoolConfig config() {
        return config;
    }

    public int homes() {
        return stores.length;
    }

    /** Address of the first byte of slot 0. */
    public long baseAddress() {
        return baseAddress;
    }

    /** Address of a frame's first byte. */
    public long address(long frame) {
        return baseAddress + Frame.position(frame);
    }

    /**
     * A bounded view of a frame's bytes, for code outside the packet path.
     *
     * @throws IndexOutOfBoundsException when the frame does not lie inside one slot of this pool
     */
    public MemorySegment bytes(long frame) {
        checkFrame(frame);
        return memory.asSlice(Frame.position(frame), Frame.length(frame));
    }

    /** Whether a frame that came from outside lies wholly inside one slot of this pool. */
    public boolean contains(long frame) {
        // From the position: unit() drops the highest bits, which a forged frame may have set.
        if (Frame.position(frame) >>> Frame.SLOT_UNIT_SHIFT >= homeOfUnit.length) {
            return false;
        }
        int unit = Frame.unit(frame);
        int slotBytes = unit < smallUnits ? Frame.SLOT_UNIT_BYTES : LARGE_SLOT_UNITS * Frame.SLOT_UNIT_BYTES;
        return offset(frame) + Frame.length(frame) <= slotBytes;
    }

    /** First unit of the slot that a frame of this pool lies in. */
    public int slot(long frame) {
        return slotOfUnit(Frame.unit(frame), smallUnits);
    }

    /** First byte of a frame of this pool, counted from the start of its slot. */
    public int offset(long frame) {
        return (int) (Frame.position(frame) - ((long) slot(frame) << Frame.SLOT_UNIT_SHIFT));
    }

    /** Byte behind the small slots, counted from the start of the pool. */
    public long smallSlotsEnd() {
        return (long) smallUnits << Frame.SLOT_UNIT_SHIFT;
    }

    /** First byte of the slot that a frame of this pool lies in, counted from the start of the pool. */
    public long slotStart(long frame) {
        return (long) slot(frame) << Frame.SLOT_UNIT_SHIFT;
    }

    /** Bytes of the slot that a frame of this pool lies in. */
    public int slotBytes(long frame) {
        return Frame.position(frame) < smallSlotsEnd()
                ? Frame.SLOT_UNIT_BYTES
                : LARGE_SLOT_UNITS * Frame.SLOT_UNIT_BYTES;
    }

    /**
     * What is left to be done for a frame, as {@link Offload} describes it; 0 for nothing. Kept
     * beside the slot, where neither programs nor users of ports can reach it, and so the same for all who share the
     * frame, on whichever worker.
     */
    public long offload(long frame) {
        return Frame.hasOffload(frame) ? offloadOfUnit[slot(frame)] : 0;
    }

    /**
     * Notes what is left to be done for an exclusive frame.
     *
     * @param offload not 0
     * @return the frame, marked
     */
    public long withOffload(long frame, long offload) {
        offloadOfUnit[slot(frame)] = offload;
        return Frame.markOffload(frame);
    }

    static int slotOfUnit(int unit, int smallUnits) {
        return unit < smallUnits ? unit : unit - (unit - smallUnits) % LARGE_SLOT_UNITS;
    }

    private void checkFrame(long frame) {
        if (!contains(frame)) {
            throw new IndexOutOfBoundsException(Frame.toString(frame) + " is not inside a slot of this pool");
        }
    }

    /** Whole area, small slots first; the pool keeps ownership. */
    public MemorySegment memory() {
        return memory;
    }

    int smallUnits() {
        return smallUnits;
    }

    int units() {
        return homeOfUnit.length;
    }

    byte[] homeOfUnit() {
        return homeOfUnit;
    }

    /**
     * Slots of both classes that are not on a free list now. Only while no worker's thread runs; ask the
     * switch otherwise.
     */
    public int slotsInUse() {
        int inUse = 0;
        for (FrameStore store : stores) {
            inUse += store.slotsInUse();
        }
        return inUse;
    }

    /** Gives the memory back. Every worker and every user of a memory port must have stopped. */
    @Override
    public void close() {
        arena.close();
    }
}
