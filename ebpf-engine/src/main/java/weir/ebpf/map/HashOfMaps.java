// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.memory.Mem;

/** HASH_OF_MAPS: a {@link HashTable} of handles. Programs only look up; control threads change it one at a time. */
final class HashOfMaps extends BaseMap implements MapOfMaps {
    private final InnerMaps inner;
    private final HashTable table;
    private final HashListing listing;

    HashOfMaps(MapSpec spec, int cpus, MapMemory memory) {
        super(spec, memory);
        inner = new InnerMaps(Objects.requireNonNull(spec.inner()));
        ValueShape handle = new ValueShape(Long.BYTES, MapSpec.NO_SPIN_LOCK);
        table = new HashTable(spec, handle, 0, cpus, memory);
        listing = new HashListing(table, spec.keyBytes());
    }

    @Override
    public long lookup(long keyAddress, int cpu) {
        return table.lookupWord(keyAddress);
    }

    /** Bytes name no map: as a file descriptor that is not open. */
    @Override
    public int update(long keyAddress, long valueAddress, long flags, int cpu) {
        return -Errno.EBADF;
    }

    @Override
    public int delete(long keyAddress) {
        return -Errno.EINVAL;
    }

    @Override
    public synchronized int put(byte[] key, EbpfMap map, long flags) {
        int refusal = key.length != spec().keyBytes() ? -Errno.EINVAL : ReferenceArray.refusalToWrite(this);
        if (refusal == 0) {
            refusal = inner.hold(map);
        }
        if (refusal != 0) {
            return refusal;
        }
        try (Arena arena = Arena.ofConfined()) {
            long address = copy(arena, key);
            long handle =
                    arena.allocateFrom(ValueLayout.JAVA_LONG, map.handle()).address();
            long old = table.lookupWord(address);
            int result =
                    isNoUpdateFlag(flags) ? -Errno.EINVAL : table.update(address, handle, flags, HashTable.ALL_CPUS);
            if (result != 0) {
                inner.letGo(map);
            } else {
                inner.retire(old);
            }
            return result;
        }
    }

    @Override
    public synchronized @Nullable EbpfMap inner(byte[] key) {
        if (key.length != spec().keyBytes() || isGone()) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            return MapHandles.find(table.lookupWord(copy(arena, key)));
        }
    }

    private static long copy(Arena arena, byte[] key) {
        MemorySegment segment = arena.allocate(key.length, Words.BYTES);
        MemorySegment.copy(key, 0, segment, ValueLayout.JAVA_BYTE, 0, key.length);
        return segment.address();
    }

    @Override
    public Retirement retirement() {
        return inner.retirement();
    }

    @Override
    public boolean contains(long address, long lengthBytes) {
        return false;
    }

    @Override
    int controlLookup(long key, long toAddress, boolean locked) {
        long handle = table.lookupWord(key);
        Mem.putInt(toAddress, (int) handle);
        return handle == 0 ? -Errno.ENOENT : 0;
    }

    @Override
    synchronized int controlDelete(long key) {
        long old = table.lookupWord(key);
        int result = table.delete(key);
        inner.retire(old);
        return result;
    }

    @Override
    int controlNextKey(long key, long toAddress) {
        return listing.nextKey(key, toAddress);
    }

    @Override
    List<MapControl.Entry> controlEntries() {
        try (MapMemory scratch = MapMemory.scratch(spec().name())) {
            return listing.entries(scratch).stream().map(HashOfMaps::withId).toList();
        }
    }

    @Override
    int cursorBytes() {
        return HashListing.CURSOR_BYTES;
    }

    @Override
    MapControl.Batch controlBatch(MapControl self, @Nullable Bytes cursor, int maxEntries) {
        try (MapMemory scratch = MapMemory.scratch(spec().name())) {
            return switch (listing.batch(cursor, maxEntries, scratch)) {
                case MapControl.Batch.Part(List<MapControl.Entry> entries, Bytes next) ->
                    new MapControl.Batch.Part(
                            entries.stream().map(HashOfMaps::withId).toList(), next);
                case MapControl.Batch.Failed failed -> failed;
            };
        }
    }

    /** Control code sees the number of a map, not its handle. */
    private static MapControl.Entry withId(MapControl.Entry entry) {
        return new MapControl.Entry(
                entry.key(), Bytes.of(Arrays.copyOf(entry.value().toArray(), Integer.BYTES)));
    }

    @Override
    void releaseHeld() {
        for (long at = table.firstElement(0); at != ForEachMap.END; at = table.elementBehind(at)) {
            inner.retire(Mem.getLong(table.valueOf(at)));
        }
        inner.retirement().reclaim();
    }
}
