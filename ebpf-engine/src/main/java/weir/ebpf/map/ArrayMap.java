// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/**
 * ARRAY and PERCPU_ARRAY, {@code kernel/bpf/arraymap.c}: values side by side; per-CPU ones in a block for
 * each CPU, so that CPUs share no cache line.
 *
 * <pre>
 *  base           + stride                   + blockBytes (per CPU only)
 *  +--------------+--------------+-- ... ----+--------------+-- ...
 *  | value 0 |pad | value 1 |pad |           | value 0, CPU 1
 *  +--------------+--------------+-- ... ----+--------------+-- ...
 * </pre>
 */
final class ArrayMap extends BaseMap implements ForEachMap {
    private final long maxEntries;
    private final int cpus;
    private final ValueShape shape;
    private final Stride stride;
    private final long blockBytes;
    private final long base;

    /** @param cpus 0 for an array that all CPUs share */
    ArrayMap(MapSpec spec, int cpus, MapMemory memory) {
        super(spec, memory);
        this.cpus = cpus;
        maxEntries = maxEntries();
        shape = ValueShape.of(spec);
        stride = new Stride(Words.roundUp(spec.valueBytes()));
        blockBytes = Words.roundUp(maxEntries * stride.bytes(), MapMemory.CACHE_LINE_BYTES);
        base = memory.require(Math.max(cpus, 1), blockBytes, "values");
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        long index = index(keyAddress);
        return index < maxEntries ? valueAt(index, cpu) : MapMemory.NONE;
    }

    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        int refusal = refusalToUpdate(keyAddress, flags);
        if (refusal != 0) {
            return refusal;
        }
        long to = valueAt(index(keyAddress), cpu);
        if ((flags & MapFlags.LOCK) != 0) {
            shape.copyLocked(valueAddress, to);
        } else {
            shape.copy(valueAddress, to);
        }
        return 0;
    }

    /** As {@code array_map_update_elem}, kernel/bpf/arraymap.c, in its order: the lock is asked for last. */
    private int refusalToUpdate(long keyAddress, long flags) {
        boolean locked = (flags & MapFlags.LOCK) != 0;
        if (isNoUpdateFlag(flags & ~MapFlags.LOCK)) {
            return -Errno.EINVAL;
        }
        if (index(keyAddress) >= maxEntries) {
            return -Errno.E2BIG;
        }
        if ((flags & MapFlags.NOEXIST) != 0) {
            return -Errno.EEXIST;
        }
        return locked && !shape.hasLock() ? -Errno.EINVAL : 0;
    }

    @Override
    public int delete(long keyAddress) {
        return -Errno.EINVAL;
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        long offset = address - base;
        if (offset < 0 || offset >= blockBytes * Math.max(cpus, 1)) {
            return false;
        }
        long inBlock = isPerCpu() ? offset % blockBytes : offset;
        long index = stride.indexOf(inBlock);
        long inValue = inBlock - index * stride.bytes();
        return index < maxEntries && lengthBytes >= 0 && lengthBytes <= shape.bytes() - inValue;
    }

    @Override
    public long directAddress() {
        return isPerCpu() ? MapMemory.NONE : base;
    }

    private boolean isPerCpu() {
        return cpus > 0;
    }

    // ---- walks --------------------------------------------------------------------------------------------

    @Override
    public long firstPosition() {
        return 0;
    }

    @Override
    public long nextPosition(long position) {
        return position + 1 < maxEntries ? position + 1 : END;
    }

    @Override
    public void keyTo(long position, long toAddress) {
        Mem.putInt(toAddress, (int) position);
    }

    @Override
    public long valueAt(long position, int cpu) {
        long inBlock = position * stride.bytes();
        return base + inBlock + (isPerCpu() ? cpu * blockBytes : 0);
    }

    // ---- control code -------------------------------------------------------------------------------------

    @Override
    int controlValueBytes() {
        return isPerCpu() ? cpus * stride.bytes() : shape.bytes();
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        long index = index(key);
        if (index >= maxEntries) {
            return -Errno.ENOENT;
        }
        if (!isPerCpu()) {
            shape.copyOut(valueAt(index, 0), toAddress, locked);
            return 0;
        }
        for (int cpu = 0; cpu < cpus; cpu++) {
            Words.copy(valueAt(index, cpu), toAddress + (long) cpu * stride.bytes(), stride.bytes());
        }
        return 0;
    }

    @Override
    int controlUpdate(long key, long value, long flags) {
        if (!isPerCpu()) {
            return update(key, value, flags, 0);
        }
        int refusal = isNoUpdateFlag(flags) ? -Errno.EINVAL : refusalToUpdate(key, flags);
        for (int cpu = 0; cpu < cpus && refusal == 0; cpu++) {
            Words.copy(value + (long) cpu * stride.bytes(), valueAt(index(key), cpu), stride.bytes());
        }
        return refusal;
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        return nextIndex(key, toAddress, maxEntries);
    }
}
