// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.run;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.ebpf.Host;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapHandles;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.memory.Mem;
import weir.ebpf.program.AddressKind;
import weir.ebpf.program.ContextField;
import weir.ebpf.program.ContextLayout;
import weir.ebpf.program.FaultKind;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.xdp.XdpContext;

/**
 * One CPU's state of running programs, made when they are loaded and used for one frame after the other:
 * which memory the program may touch, what it holds, what it did wrong. Engines
 * and helpers share it. One thread at a time; allocates only while the number of maps that a frame
 * meets grows.
 *
 * <p>A program may touch: metadata and frame, the stack of live call frames, values of the maps that it
 * names or got from a map of maps, ring buffer records that it reserved. Maps themselves, the context and
 * callbacks are known by value and are no memory.
 */
public final class RunState {
    /** What a callback's address looks like: this, and the slot where it begins. */
    public static final long FUNCTION_TAG = 0xEB9DL << 48;

    /** Bits that tell a callback from anything else. */
    public static final long FUNCTION_MASK = -1L << 32;

    private static final int REGISTERS = 10;
    private static final long NEAR_BYTES = 1 << 16;

    /**
     * Ring buffer records held at once: as many as there are stack slots and registers in all call frames. Linux has
     * no limit of its own, but a record whose address is nowhere cannot be given back, and its verifier refuses that.
     */
    private static final int MAX_RECORDS =
            ProgramFacts.MAX_FRAMES * (ProgramFacts.FRAME_STACK_BYTES / Long.BYTES + REGISTERS);

    private final Host host;
    private final int cpu;
    private final XdpContext context = new XdpContext();
    private final StackMemory stack;
    private final HeldRecords records = new HeldRecords(MAX_RECORDS);

    private @Nullable EbpfMap[] maps = new EbpfMap[0];
    private @Nullable EbpfMap[] metMaps = new EbpfMap[16];
    private int metMapCount;
    private @Nullable EbpfMap lastHit;
    private int depth;

    private long lockAddress;
    private int tailCalls;
    private int budgetSlots;
    /** Whether something has to be reset before the next frame. */
    private boolean isTouched;

    private @Nullable FaultKind faultKind;
    private AddressKind faultAddressKind = AddressKind.NONE;
    private long faultAddress;

    /** @param stackAddress of {@link StackMemory#BYTES} bytes that belong to this state alone */
    public RunState(Host host, int cpu, long stackAddress) {
        this.host = host;
        this.cpu = cpu;
        this.stack = new StackMemory(stackAddress);
    }

    public Host host() {
        return host;
    }

    public int cpu() {
        return cpu;
    }

    public XdpContext context() {
        return context;
    }

    public HeldRecords records() {
        return records;
    }

    /** Remembers a record that the program reserved; there must be room. */
    public void hold(RingBuffer ring, long address, long lengthBytes) {
        isTouched = true;
        records.add(ring, address, lengthBytes);
    }

    /** Before each frame, when {@link #context} stands for it. */
    public void begin(@Nullable EbpfMap[] programMaps) {
        beginBatch(programMaps);
        stack.clear(0);
    }

    /**
     * Before the frames of a batch, for an engine that clears the stack itself by {@link #clearFrame(int)} and
     * calls {@link #beginFrame} for each.
     */
    public void beginBatch(@Nullable EbpfMap[] programMaps) {
        maps = programMaps;
        lastHit = null;
        reset();
    }

    /** Before each frame of a batch: whatever the frame before left is gone. */
    public void beginFrame() {
        if (isTouched) {
            reset();
        }
    }

    private void reset() {
        if (metMapCount != 0) {
            metMapCount = 0;
            lastHit = null;
        }
        depth = 0;
        isTouched = false;
        tailCalls = 0;
        budgetSlots = ProgramFacts.BUDGET_SLOTS;
        faultKind = null;
        faultAddressKind = AddressKind.NONE;
        faultAddress = 0;
    }

    /** False when the frame left nothing but its verdict and where it goes: no fault, nothing that it holds. */
    public boolean isTouched() {
        return isTouched;
    }

    /** Behind each frame: lets go of what the program still holds, which is a fault. */
    public void end() {
        if (records.count() != 0) {
            fail(FaultKind.LEAK);
            records.discardAll();
        }
        if (lockAddress != 0) {
            fail(FaultKind.LEAK);
            unlock(lockAddress);
        }
        if (metMapCount != 0) {
            Arrays.fill(metMaps, 0, metMapCount, null);
        }
    }

    // ---- memory ------------------------------------------------------------------------------------

    /** Whether the program may read these bytes. Negative lengths and wrapping ends are refused. */
    public boolean mayRead(long address, long lengthBytes) {
        if (lengthBytes < 0) {
            return false;
        }
        if (inFrame(address, lengthBytes) || stack.contains(address, lengthBytes, depth)) {
            return true;
        }
        EbpfMap map = mapOfValue(address, lengthBytes);
        if (map != null) {
            return (map.spec().flags() & MapFlags.WRONLY_PROG) == 0;
        }
        return records.contains(address, lengthBytes) || stack.containsKey(address, lengthBytes, depth);
    }

    /** Whether the program may write these bytes. */
    public boolean mayWrite(long address, long lengthBytes) {
        if (lengthBytes < 0) {
            return false;
        }
        if (inFrame(address, lengthBytes) || stack.contains(address, lengthBytes, depth)) {
            return true;
        }
        EbpfMap map = mapOfValue(address, lengthBytes);
        return map != null ? isWritable(map.spec()) : records.contains(address, lengthBytes);
    }

    /** Whether programs may write values of such a map through a pointer. */
    public static boolean isWritable(MapSpec spec) {
        return (spec.flags() & MapFlags.RDONLY_PROG) == 0
                && !spec.frozen()
                && spec.type() != MapType.DEVMAP
                && spec.type() != MapType.DEVMAP_HASH
                && spec.type() != MapType.CPUMAP
                && spec.type() != MapType.XSKMAP;
    }

    /** Stores to a field of the context, where its layout allows that; else false, and nothing is stored. */
    public boolean storeInContext(ContextLayout layout, long address, int width, long value) {
        if (layout.stored(address - XdpContext.ADDRESS, width) != ContextField.QUEUE) {
            return false;
        }
        context.queue((int) (value & -1L >>> (Long.SIZE - width * Byte.SIZE)));
        return true;
    }

    private boolean inFrame(long address, long lengthBytes) {
        long bytes = context.end() - context.meta();
        long offset = address - context.meta();
        return offset >= 0 && lengthBytes <= bytes && offset <= bytes - lengthBytes;
    }

    /** The map in whose value these bytes lie; null for none. Records of ring buffers are no values. */
    public @Nullable EbpfMap mapOfValue(long address, long lengthBytes) {
        EbpfMap last = lastHit;
        if (last != null && last.contains(address, lengthBytes)) {
            return last;
        }
        EbpfMap found = search(maps, maps.length, address, lengthBytes);
        if (found == null) {
            found = search(metMaps, metMapCount, address, lengthBytes);
        }
        lastHit = found == null ? last : found;
        return found;
    }

    private static @Nullable EbpfMap search(@Nullable EbpfMap[] in, int count, long address, long lengthBytes) {
        for (int i = 0; i < count; i++) {
            EbpfMap map = in[i];
            if (map != null && map.contains(address, lengthBytes) && map.spec().type() != MapType.RINGBUF) {
                return map;
            }
        }
        return null;
    }

    /** The map for a register's value; null unless it is one that the program names or got from a map. */
    public @Nullable EbpfMap map(long handle) {
        EbpfMap map = MapHandles.find(handle);
        return map != null && (isIn(maps, maps.length, map) || isIn(metMaps, metMapCount, map)) ? map : null;
    }

    private static boolean isIn(@Nullable EbpfMap[] all, int count, EbpfMap map) {
        for (int i = 0; i < count; i++) {
            EbpfMap each = all[i];
            if (each != null && each.handle() == map.handle()) {
                return true;
            }
        }
        return false;
    }

    /** From now on the program may use this map, too: it came out of a map of maps. */
    public void meet(EbpfMap map) {
        if (isIn(maps, maps.length, map) || isIn(metMaps, metMapCount, map)) {
            return;
        }
        if (metMapCount == metMaps.length) {
            metMaps = Arrays.copyOf(metMaps, 2 * metMapCount);
        }
        isTouched = true;
        metMaps[metMapCount++] = map;
    }

    /** From now on the program may use these, too: a tail call entered the program that names them. */
    public void meetAll(@Nullable EbpfMap[] others) {
        for (EbpfMap map : others) {
            if (map != null) {
                meet(map);
            }
        }
    }

    // ---- call frames -------------------------------------------------------------------------------

    public int depth() {
        return depth;
    }

    /** Enters a call frame with a zeroed stack and returns its r10; 0, with a fault, when all are in use. */
    public long push() {
        if (depth + 1 == ProgramFacts.MAX_FRAMES) {
            fail(FaultKind.CALL_DEPTH);
            return 0;
        }
        depth++;
        stack.clear(depth);
        return stack.framePointer(depth);
    }

    /** The same for an engine that clears the stack itself; false, with a fault, when all frames are in use. */
    public boolean pushUncleared() {
        if (depth + 1 == ProgramFacts.MAX_FRAMES) {
            fail(FaultKind.CALL_DEPTH);
            return false;
        }
        depth++;
        stack.hideKey(depth);
        return true;
    }

    /** Leaves a call frame and returns the caller's r10. */
    public long pop() {
        depth--;
        return stack.framePointer(depth);
    }

    public long framePointer() {
        return stack.framePointer(depth);
    }

    /** Zeroes the running frame's stack: a tail call replaces the function that had it. */
    public void clearFrame() {
        stack.clear(depth);
    }

    /** Zeroes the bytes of the running frame that are next to r10. */
    public void clearFrame(int lengthBytes) {
        stack.clear(depth, lengthBytes);
    }

    /** Place for the key that the next callback is shown. */
    public long showKey(int lengthBytes) {
        return stack.showKey(depth, lengthBytes);
    }

    // ---- budget ------------------------------------------------------------------------------------

    /** Pays for a callback's iteration or a tail call; false, with a fault, when the budget is used up. */
    public boolean charge(int slots) {
        isTouched = true;
        budgetSlots -= slots;
        if (budgetSlots < 0) {
            fail(FaultKind.BUDGET);
            return false;
        }
        return true;
    }

    /** Counts a tail call; false when there were too many. */
    public boolean countTailCall() {
        isTouched = true;
        return tailCalls++ < ProgramFacts.MAX_TAIL_CALLS;
    }

    // ---- lock --------------------------------------------------------------------------------------

    /** Remembers the spin lock that the program took; false when it holds one already. */
    public boolean hold(long address) {
        if (lockAddress != 0) {
            return false;
        }
        isTouched = true;
        lockAddress = address;
        return true;
    }

    /** The lock was not to be had after all. */
    public void forgetLock() {
        lockAddress = 0;
    }

    /** Releases the lock if it is the one that the program holds. */
    public boolean unlock(long address) {
        if (address == 0 || address != lockAddress) {
            return false;
        }
        lockAddress = 0;
        Mem.putIntRelease(address, 0);
        return true;
    }

    // ---- faults ------------------------------------------------------------------------------------

    /** The first thing that went wrong counts. */
    public void fail(FaultKind kind) {
        fail(kind, AddressKind.NONE, 0);
    }

    /** Something is wrong with an address. */
    public void fail(FaultKind kind, long address) {
        fail(kind, kindOf(address), address);
    }

    private void fail(FaultKind kind, AddressKind addressKind, long address) {
        if (faultKind == null) {
            isTouched = true;
            faultKind = kind;
            faultAddressKind = addressKind;
            faultAddress = address;
        }
    }

    public boolean hasFailed() {
        return faultKind != null;
    }

    public @Nullable FaultKind faultKind() {
        return faultKind;
    }

    public AddressKind faultAddressKind() {
        return faultAddressKind;
    }

    public long faultAddress() {
        return faultAddress;
    }

    private AddressKind kindOf(long address) {
        if (address >= 0 && address < NEAR_BYTES) {
            return AddressKind.NULL;
        }
        if (MapHandles.isHandle(address)) {
            return AddressKind.MAP;
        }
        if (XdpContext.isContext(address)) {
            return AddressKind.CONTEXT;
        }
        if ((address & FUNCTION_MASK) == FUNCTION_TAG) {
            return AddressKind.FUNCTION;
        }
        if (stack.isNear(address)) {
            return AddressKind.STACK;
        }
        if (inFrame(address, 0)) {
            return AddressKind.PACKET;
        }
        if (records.contains(address, 1)) {
            return AddressKind.RECORD;
        }
        if (mapOfValue(address, 1) != null) {
            return AddressKind.MAP_VALUE;
        }
        boolean nearFrame = address >= context.meta() - NEAR_BYTES && address < context.end() + NEAR_BYTES;
        return nearFrame ? AddressKind.PACKET : AddressKind.UNKNOWN;
    }
}
