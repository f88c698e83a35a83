// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which map a handle in a register stands for. A handle is no address that any platform maps, so using
 * one as a pointer to memory always faults.
 *
 * <pre>
 *  63            48 47             32 31                 0
 * +----------------+-----------------+--------------------+
 * |     0xEB9F     |        0        |   id, from 1       |
 * +----------------+-----------------+--------------------+
 * </pre>
 *
 * <p>Ids are never used twice. Finding a map takes no lock and allocates nothing; any thread.
 */
public final class MapHandles {
    private static final long TAG = 0xEB9FL << 48;
    private static final long TAG_MASK = -1L << 32;
    private static final Object LOCK = new Object();

    private static volatile @Nullable EbpfMap[] maps = new EbpfMap[64];
    private static int lastId;

    private MapHandles() {}

    /** A fresh handle; {@link #bind} it. */
    static long allocate() {
        synchronized (LOCK) {
            lastId++;
            return TAG | lastId;
        }
    }

    /** From now on the handle stands for the map. */
    static void bind(long handle, EbpfMap map) {
        synchronized (LOCK) {
            int id = (int) handle;
            @Nullable EbpfMap[] known = maps;
            @Nullable EbpfMap[] grown = Arrays.copyOf(known, Math.max(known.length, Integer.highestOneBit(id) * 2));
            grown[id] = map;
            maps = grown;
        }
    }

    /** The map is closed: its handle stands for nothing. */
    static void release(long handle) {
        synchronized (LOCK) {
            @Nullable EbpfMap[] changed = maps.clone();
            changed[(int) handle] = null;
            maps = changed;
        }
    }

    public static boolean isHandle(long word) {
        return (word & TAG_MASK) == TAG;
    }

    /** The map, or null: no handle, or its map was closed. */
    public static @Nullable EbpfMap find(long handle) {
        @Nullable EbpfMap[] known = maps;
        int id = (int) handle;
        return isHandle(handle) && id > 0 && id < known.length ? known[id] : null;
    }
}
