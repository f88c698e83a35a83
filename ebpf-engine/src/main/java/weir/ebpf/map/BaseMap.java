// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/**
 * What all maps have: blueprint, handle, memory, control face, and a count of who keeps the memory alive
 * (the owner until {@link #close()}, and each place in a map of maps).
 *
 * <p>A type answers the program's face itself and control code by the methods {@code control...}, which
 * take addresses of copies: a key of {@code keyBytes}, a value of {@link #controlValueBytes()}.
 */
abstract class BaseMap implements EbpfMap {
    final MapMemory memory;

    private final MapSpec spec;
    private long handle;
    private final MapControl control = new ControlFace(this);
    private int holders = 1;
    private boolean isClosed;
    private volatile boolean isGone;

    BaseMap(MapSpec spec, MapMemory memory) {
        this.spec = spec;
        this.memory = memory;
    }

    @Override
    public final MapSpec spec() {
        return spec;
    }

    @Override
    public final long handle() {
        return handle;
    }

    @Override
    public final MapControl control() {
        return control;
    }

    @Override
    public long directAddress() {
        return MapMemory.NONE;
    }

    // ---- control code: results as of bpf(2) -------------------------------------------------------------

    int controlValueBytes() {
        return spec.valueBytes();
    }

    /** Copies the value to an address. */
    abstract int controlLookup(long key, long toAddress, boolean locked);

    int controlUpdate(long key, long value, long flags) {
        return update(key, value, flags, 0);
    }

    int controlDelete(long key) {
        return delete(key);
    }

    int controlTake(long key, long toAddress, boolean locked) {
        return -Errno.ENOTSUPP;
    }

    /** @param key 0 for the first */
    abstract int controlNextKey(long key, long toAddress);

    /** Types whose keys can vanish between two steps of this walk have one of their own. */
    List<MapControl.Entry> controlEntries() {
        List<MapControl.Entry> entries = new ArrayList<>();
        try (MapMemory scratch = MapMemory.scratch(spec.name())) {
            long key = scratch.require(1, spec.keyBytes(), "keys");
            long value = scratch.require(1, controlValueBytes(), "values");
            int result = controlNextKey(MapMemory.NONE, key);
            while (result == 0) {
                if (controlLookup(key, value, false) == 0) {
                    entries.add(entry(key, value));
                }
                result = controlNextKey(key, key);
            }
        }
        return entries;
    }

    /** Bytes of a cursor of {@link #controlBatch}: a key, unless the type has a place of its own. */
    int cursorBytes() {
        return spec.keyBytes();
    }

    /** A part of all entries, {@link MapControl#lookupBatch}; arguments are checked. */
    MapControl.Batch controlBatch(MapControl self, @Nullable Bytes cursor, int maxEntries) {
        return KeyWalk.batch(self, cursor, maxEntries);
    }

    final MapControl.Entry entry(long key, long value) {
        return new MapControl.Entry(
                Bytes.of(Words.toArray(key, spec.keyBytes())), Bytes.of(Words.toArray(value, controlValueBytes())));
    }

    /** {@code get_next_key} of everything indexed by a {@code u32}, {@code array_map_get_next_key}. */
    static int nextIndex(long key, long toAddress, long maxEntries) {
        long index = key == MapMemory.NONE ? maxEntries : index(key);
        if (index == maxEntries - 1) {
            return -Errno.ENOENT;
        }
        Mem.putInt(toAddress, index >= maxEntries ? 0 : (int) index + 1);
        return 0;
    }

    /** The key of an indexed type. */
    static long index(long keyAddress) {
        return Integer.toUnsignedLong(Mem.getInt(keyAddress));
    }

    final long maxEntries() {
        return Integer.toUnsignedLong(spec.maxEntries());
    }

    /** Neither ANY, NOEXIST nor EXIST. */
    static boolean isNoUpdateFlag(long flags) {
        return flags < MapFlags.ANY || flags > MapFlags.EXIST;
    }

    // ---- life ---------------------------------------------------------------------------------------------

    /** From now on the map has a handle, and programs and control code find it by that. Once, before anyone else has it. */
    final void open() {
        handle = MapHandles.allocate();
        MapHandles.bind(handle, this);
    }

    /** Whether the map is gone: its memory is freed. */
    final boolean isGone() {
        return isGone;
    }

    /** One holder more; false when the map is gone. */
    final synchronized boolean retain() {
        if (holders == 0) {
            return false;
        }
        holders++;
        return true;
    }

    /** One holder less; the last one frees the memory, so all who could use the map must have let go of it. */
    final void release() {
        synchronized (this) {
            holders--;
            if (holders > 0) {
                return;
            }
            isGone = true;
        }
        MapHandles.release(handle);
        releaseHeld();
        memory.close();
    }

    /** Lets go of the maps that this one holds. */
    void releaseHeld() {}

    @Override
    public final void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        release();
    }
}
