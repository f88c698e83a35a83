// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.coverage;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.map.Bytes;
import weir.ebpf.map.EbpfMap;
import weir.ebpf.map.ForEachMap;
import weir.ebpf.map.MapControl;
import weir.ebpf.map.MapFlags;
import weir.ebpf.map.MapOfMaps;
import weir.ebpf.map.MapSpec;
import weir.ebpf.map.MapType;
import weir.ebpf.map.Maps;
import weir.ebpf.map.RingBuffer;
import weir.ebpf.memory.Mem;

/** A second set of an object's maps, which inputs fill; without other programs and inner maps. One thread. */
public final class ScratchMaps implements AutoCloseable {
    /** Sizes count only where they are shape: others are no larger, so that they can be filled. */
    private static final int MAX_ENTRIES = 256;
    /** Larger arrays keep what runs wrote, but for entries that inputs name. */
    private static final long MAX_RESTORED_BYTES = 16 << 10;

    private static final int DRAINED = 1 << 16;
    private static final byte[] NO_KEY = {};

    private final List<EbpfMap> maps = new ArrayList<>();
    /** For each map of maps one that can be its entry; null for others. */
    private final List<@Nullable EbpfMap> inner = new ArrayList<>();

    private final List<Restored> restored = new ArrayList<>();
    private final Arena arena = Arena.ofConfined();
    private List<Input.Place> named = List.of();
    private boolean isUsed;

    /** An array that is put back whole. */
    private record Restored(long address, long copy, long bytes) {}

    private ScratchMaps() {}

    /**
     * Makes the maps.
     *
     * @param specs of the live ones, by index
     * @throws weir.ebpf.map.MapException when there is no memory for a second set
     */
    public static ScratchMaps of(List<MapSpec> specs) {
        ScratchMaps scratch = new ScratchMaps();
        try {
            for (MapSpec spec : specs) {
                EbpfMap map = Maps.create(scratch(spec), 1);
                scratch.maps.add(map);
                scratch.remember(map);
                MapSpec inner = spec.inner();
                scratch.inner.add(inner == null ? null : Maps.create(inner, 1));
            }
            return scratch;
        } catch (RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    private static MapSpec scratch(MapSpec spec) {
        List<MapSpec.Entry> data = spec.contents().stream()
                .filter(each -> each instanceof MapSpec.Entry.Data)
                .toList();
        MapSpec copy = spec.withContents(data);
        return !isKeyed(spec.type()) || Integer.compareUnsigned(spec.maxEntries(), MAX_ENTRIES) <= 0
                ? copy
                : copy.withMaxEntries(MAX_ENTRIES);
    }

    /** Whether entries come and go by key, and a size is no part of the shape. */
    private static boolean isKeyed(MapType type) {
        return switch (type) {
            case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
            default -> false;
        };
    }

    private void remember(EbpfMap map) {
        if (!isArray(map.spec().type()) || !(map instanceof ForEachMap array)) {
            return;
        }
        long first = array.valueAt(0, 0);
        long bytes = array.valueAt(map.spec().maxEntries() - 1L, 0)
                - first
                + map.spec().valueBytes();
        if (bytes <= MAX_RESTORED_BYTES) {
            long copy = arena.allocate(bytes).address();
            Mem.copy(first, copy, bytes);
            restored.add(new Restored(first, copy, bytes));
        }
    }

    /** The maps, by index. */
    public List<EbpfMap> maps() {
        return List.copyOf(maps);
    }

    /** Index of the map that a register points to; -1 for others. */
    int indexOf(EbpfMap map) {
        return maps.indexOf(map);
    }

    /** Whether it has all its entries always. */
    boolean isArray(int map) {
        return isArray(maps.get(map).spec().type());
    }

    private static boolean isArray(MapType type) {
        return type == MapType.ARRAY || type == MapType.PERCPU_ARRAY;
    }

    /** Makes the maps hold what the input says, whatever runs did to them. */
    public void prepare(Input input) {
        if (isUsed) {
            restore();
        }
        isUsed = true;
        named = List.copyOf(input.entries().keySet());
        for (Map.Entry<Input.Place, Bytes> entry : input.entries().entrySet()) {
            put(entry.getKey(), entry.getValue());
        }
        if (input.isScarce()) {
            maps.forEach(ScratchMaps::exhaust);
        }
    }

    private void restore() {
        for (EbpfMap map : maps) {
            if (map instanceof RingBuffer ring) {
                var _ = ring.take(DRAINED);
            } else if (map.spec().type() == MapType.QUEUE || map.spec().type() == MapType.STACK) {
                drain(map.control());
            } else if (isKeyed(map.spec().type())) {
                empty(map);
            }
        }
        restored.forEach(each -> Mem.copy(each.copy(), each.address(), each.bytes()));
        for (Input.Place place : named) {
            MapControl control = maps.get(place.map()).control();
            if (control.delete(place.key().toArray()) != 0) {
                var _ = control.update(place.key().toArray(), new byte[control.valueBytes()], 0);
            }
        }
    }

    private static void drain(MapControl control) {
        while (control.lookupAndDelete(NO_KEY, 0) instanceof MapControl.Result.Found) {
            // the next one
        }
    }

    private static void empty(EbpfMap map) {
        MapControl control = map.control();
        while (control.nextKey(null) instanceof MapControl.Result.Found(Bytes key)) {
            if (control.delete(key.toArray()) != 0) {
                return;
            }
        }
    }

    private void put(Input.Place place, Bytes value) {
        EbpfMap map = maps.get(place.map());
        EbpfMap entry = inner.get(place.map());
        if (map instanceof MapOfMaps outer && entry != null) {
            var _ = outer.put(place.key().toArray(), entry, MapFlags.ANY);
            return;
        }
        MapControl control = map.control();
        byte[] all = Arrays.copyOf(value.toArray(), control.valueBytes());
        var _ = control.update(place.key().toArray(), all, 0);
    }

    private static void exhaust(EbpfMap map) {
        switch (map.spec().type()) {
            case HASH, PERCPU_HASH -> fillUp(map);
            case RINGBUF -> {
                if (map instanceof RingBuffer ring) {
                    fillUp(ring);
                }
            }
            default -> {}
        }
    }

    private static void fillUp(RingBuffer ring) {
        long bytes = ring.spec().maxEntries() / 2L;
        while (bytes >= Long.BYTES) {
            long address = ring.reserve(bytes, 0);
            if (address == 0) {
                bytes /= 2;
            } else {
                ring.discard(address, RingBuffer.NO_WAKEUP);
            }
        }
    }

    private static void fillUp(EbpfMap map) {
        MapControl control = map.control();
        byte[] value = new byte[control.valueBytes()];
        int number = -1;
        int failed = 0;
        while (failed == 0 && -number <= MAX_ENTRIES) {
            byte[] key = Arrays.copyOf(word(number--), map.spec().keyBytes());
            failed = control.update(key, value, 0);
        }
    }

    private static byte[] word(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    @Override
    public void close() {
        maps.forEach(EbpfMap::close);
        maps.clear();
        inner.stream().filter(Objects::nonNull).forEach(EbpfMap::close);
        inner.clear();
        arena.close();
    }
}
