// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which map a handle in a register stands for. A handle is no address that any platform maps, so using
 * one as a pointer to memory always faults.
 *
 * <pre>
 *  63            48 47             32 31                 0
 * +----------------+-----------------+--------------------+
 * |     0xEB9F     |   generation    |   id, from 1       |
 * +----------------+-----------------+--------------------+
 * </pre>
 *
 * <p>An id is used again after at least {@link #RESTING_IDS} others were given back, with the next generation:
 * a handle that outlives its map finds nothing until its id has had 65,536 owners. Finding a map takes no lock
 * and allocates nothing; any thread.
 */
public final class MapHandles {
    /** Ids that are not used again yet, those given back last. */
    static final int RESTING_IDS = 1024;

    private static final long TAG = 0xEB9FL << 48;
    private static final long TAG_MASK = 0xFFFFL << 48;
    private static final int GENERATION_SHIFT = 32;
    private static final int GENERATION_MASK = 0xFFFF;
    private static final Object LOCK = new Object();
    private static final ArrayDeque<Integer> RESTING = new ArrayDeque<>();

    private static volatile AtomicReferenceArray<@Nullable BaseMap> maps = new AtomicReferenceArray<>(64);
    private static int[] generations = new int[64];
    private static int lastId;

    private MapHandles() {}

    /** A handle that no map has. It stands for nothing until {@link #bind}, and must be given back by {@link #release}. */
    static long allocate() {
        synchronized (LOCK) {
            Integer rested = RESTING.size() > RESTING_IDS ? RESTING.poll() : null;
            int id = rested == null ? ++lastId : rested;
            if (id >= maps.length()) {
                grow(2 * id);
            }
            return TAG | (long) (generations[id] & GENERATION_MASK) << GENERATION_SHIFT | id;
        }
    }

    private static void grow(int length) {
        AtomicReferenceArray<@Nullable BaseMap> known = maps;
        AtomicReferenceArray<@Nullable BaseMap> grown = new AtomicReferenceArray<>(length);
        for (int i = 0; i < known.length(); i++) {
            grown.setPlain(i, known.get(i));
        }
        generations = Arrays.copyOf(generations, length);
        maps = grown;
    }

    /** From now on the handle stands for the map. */
    static void bind(long handle, BaseMap map) {
        synchronized (LOCK) {
            maps.set((int) handle, map);
        }
    }

    /** The map is closed, or was never bound: the handle stands for nothing. */
    static void release(long handle) {
        synchronized (LOCK) {
            int id = (int) handle;
            maps.set(id, null);
            generations[id]++;
            RESTING.add(id);
        }
    }

    public static boolean isHandle(long word) {
        return (word & TAG_MASK) == TAG;
    }

    /** The map, or null: no handle, or its map was closed. */
    public static @Nullable EbpfMap find(long handle) {
        AtomicReferenceArray<@Nullable BaseMap> known = maps;
        int id = (int) handle;
        if (!isHandle(handle) || id <= 0 || id >= known.length()) {
            return null;
        }
        BaseMap map = known.get(id);
        return map != null && map.handle() == handle ? map : null;
    }
}
