// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** HASH, PERCPU_HASH, LRU_HASH and LRU_PERCPU_HASH: what programs and control code see of a {@link HashTable}. */
final class KeyedMap extends BaseMap implements ForEachMap, WordKeyMap {
    private final boolean isPerCpu;
    private final boolean takesLockFlag;
    private final HashTable table;
    private final HashListing listing;

    /** @param cpus that programs run on, also the number of spare elements */
    KeyedMap(MapSpec spec, int cpus, MapMemory memory) {
        super(spec, memory);
        isPerCpu = spec.type().isPerCpu();
        takesLockFlag = spec.type() == MapType.HASH && spec.spinLockOffset() != MapSpec.NO_SPIN_LOCK;
        table = new HashTable(spec, ValueShape.of(spec), isPerCpu ? cpus : 0, cpus, memory);
        listing = new HashListing(table, spec.keyBytes());
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        long value = table.lookup(keyAddress, true);
        return isPerCpu && value != MapMemory.NONE ? table.valueOfCpu(value, cpu) : value;
    }

    @Override
    public long lookupWords(long low, long high, int cpu) {
        long value = table.lookupWords(low, high);
        return isPerCpu && value != MapMemory.NONE ? table.valueOfCpu(value, cpu) : value;
    }

    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        long checked = takesLockFlag ? flags & ~MapFlags.LOCK : flags;
        return isNoUpdateFlag(checked) ? -Errno.EINVAL : table.update(keyAddress, valueAddress, flags, cpu);
    }

    @Override
    public int delete(long keyAddress) {
        return table.delete(keyAddress);
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        return table.contains(address, lengthBytes);
    }

    /** Entries; exact while nobody changes the map. */
    long entryCount() {
        return table.entryCount();
    }

    // ---- walks --------------------------------------------------------------------------------------------

    @Override
    public long firstPosition() {
        return table.firstElement(0);
    }

    @Override
    public long nextPosition(long position) {
        return table.elementBehind(position);
    }

    @Override
    public void keyTo(long position, long toAddress) {
        table.keyTo(position, toAddress);
    }

    @Override
    public long valueAt(long position, int cpu) {
        long value = table.valueOf(position);
        return isPerCpu ? table.valueOfCpu(value, cpu) : value;
    }

    // ---- control code -------------------------------------------------------------------------------------

    @Override
    int controlValueBytes() {
        return table.controlValueBytes();
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        return table.copy(key, toAddress, locked);
    }

    @Override
    int controlUpdate(long key, long value, long flags) {
        return update(key, value, flags, HashTable.ALL_CPUS);
    }

    @Override
    int controlTake(long key, long toAddress, boolean locked) {
        return table.take(key, toAddress, locked);
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        return listing.nextKey(key, toAddress);
    }

    @Override
    List<MapControl.Entry> controlEntries() {
        try (MapMemory scratch = MapMemory.scratch(spec().name())) {
            return listing.entries(scratch);
        }
    }

    @Override
    int cursorBytes() {
        return HashListing.CURSOR_BYTES;
    }

    @Override
    MapControl.Batch controlBatch(MapControl self, @Nullable Bytes cursor, int maxEntries) {
        try (MapMemory scratch = MapMemory.scratch(spec().name())) {
            return listing.batch(cursor, maxEntries, scratch);
        }
    }
}
