// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/** ARRAY_OF_MAPS: a row of handles, 8 bytes each, 0 where there is none. */
final class ArrayOfMaps extends ReferenceArray implements MapOfMaps {
    private final InnerMaps inner;
    private final long handles;

    ArrayOfMaps(MapSpec spec, MapMemory memory) {
        super(spec, memory);
        inner = new InnerMaps(Objects.requireNonNull(spec.inner()));
        handles = memory.require(maxEntries, Long.BYTES, "handles");
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        long index = index(keyAddress);
        return index < maxEntries ? handleAt(index) : MapMemory.NONE;
    }

    @Override
    public int put(byte[] key, EbpfMap map, long flags) {
        long index = Keys.index(key);
        int refusal = key.length != Integer.BYTES ? -Errno.EINVAL : refusalToWrite(this);
        if (refusal == 0) {
            refusal = refusalToSet(index, flags);
        }
        if (refusal == 0) {
            refusal = inner.hold(map);
        }
        if (refusal == 0) {
            inner.retire(Mem.getAndSetLong(place(index), map.handle()));
        }
        return refusal;
    }

    @Override
    public @Nullable EbpfMap inner(byte[] key) {
        long index = Keys.index(key);
        return index < maxEntries && !isGone() ? MapHandles.find(handleAt(index)) : null;
    }

    @Override
    public Retirement retirement() {
        return inner.retirement();
    }

    @Override
    boolean clear(long index) {
        long handle = Mem.getAndSetLong(place(index), 0);
        inner.retire(handle);
        return handle != 0;
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        long handle = lookup(key, 0);
        Mem.putInt(toAddress, (int) handle);
        return handle == 0 ? -Errno.ENOENT : 0;
    }

    @Override
    void releaseHeld() {
        for (long i = 0; i < maxEntries; i++) {
            inner.retire(handleAt(i));
        }
        inner.retirement().reclaim();
    }

    private long handleAt(long index) {
        return Mem.getLongAcquire(place(index));
    }

    private long place(long index) {
        return handles + index * Long.BYTES;
    }
}
