// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
    private static final int BLOCK_BITS = 10;
    private static final int BLOCK_MAPS = 1 << BLOCK_BITS;
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(EbpfMap[].class);
    private static final Object LOCK = new Object();
    /** In the place of blocks whose maps are all gone. */
    private static final Block GONE = new Block();

    /** By the upper bits of the id; copied when a block comes or goes. */
    private static volatile Block[] blocks = {};

    private static int lastId;

    private MapHandles() {}

    /** Maps of neighbouring ids, by the lower bits. */
    private static final class Block {
        private final @Nullable EbpfMap[] maps = new EbpfMap[BLOCK_MAPS];
        /** Under the lock. */
        private int live;
    }

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
            int index = (int) handle >>> BLOCK_BITS;
            while (index >= blocks.length) {
                Block[] grown = Arrays.copyOf(blocks, blocks.length + 1);
                grown[blocks.length] = GONE;
                blocks = grown;
            }
            if (blocks[index] == GONE) {
                replace(index, new Block());
            }
            blocks[index].live++;
            PLACE.setRelease(blocks[index].maps, place(handle), map);
        }
    }

    /** The map is closed: its handle stands for nothing. */
    static void release(long handle) {
        synchronized (LOCK) {
            if (find(handle) == null) {
                return;
            }
            int index = (int) handle >>> BLOCK_BITS;
            Block block = blocks[index];
            PLACE.setRelease(block.maps, place(handle), null);
            block.live--;
            if (block.live == 0 && lastId >>> BLOCK_BITS > index) {
                replace(index, GONE);
            }
        }
    }

    private static void replace(int index, Block block) {
        Block[] changed = blocks.clone();
        changed[index] = block;
        blocks = changed;
    }

    private static int place(long handle) {
        return (int) handle & BLOCK_MAPS - 1;
    }

    public static boolean isHandle(long word) {
        return (word & TAG_MASK) == TAG;
    }

    /** The map, or null: no handle, or its map was closed. */
    public static @Nullable EbpfMap find(long handle) {
        Block[] known = blocks;
        int index = (int) handle >>> BLOCK_BITS;
        return isHandle(handle) && index < known.length
                ? (EbpfMap) PLACE.getAcquire(known[index].maps, place(handle))
                : null;
    }
}
