// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.foreign.Arena;

/**
 * Native memory of one map: zeroed, bounded, at addresses that never change, all of it freed at once.
 * Any thread.
 */
final class MapMemory implements AutoCloseable {
    /** What no address is. */
    static final long NONE = 0;

    static final long CACHE_LINE_BYTES = 64;

    private final Arena arena;
    private final String map;
    private final long limitBytes;
    private long usedBytes;
    private boolean isClosed;

    @SuppressWarnings("MustBeClosedChecker") // by close()
    MapMemory(String map, long limitBytes) {
        this(map, limitBytes, Arena.ofShared());
    }

    private MapMemory(String map, long limitBytes, Arena arena) {
        this.map = map;
        this.limitBytes = limitBytes;
        this.arena = arena;
    }

    /** For copies that one thread needs for a moment: freeing them stops no other thread, as freeing shared memory does. */
    @SuppressWarnings("MustBeClosedChecker") // by close()
    static MapMemory scratch(String map) {
        return new MapMemory(map, Long.MAX_VALUE, Arena.ofConfined());
    }

    /** For what a map has from the start. The area begins at a cache line. */
    long require(long count, long eachBytes, String what) {
        long address = NONE;
        long highBits = Math.multiplyHigh(count, eachBytes);
        if (count >= 0 && eachBytes >= 0 && highBits == 0 && count * eachBytes >= 0) {
            address = allocate(Math.max(count * eachBytes, 1));
        }
        if (address == NONE) {
            throw new MapException(
                    map,
                    Errno.ENOMEM,
                    what + " need " + count + " x " + eachBytes + " bytes, the map's limit is " + limitBytes
                            + " bytes with " + usedBytes() + " in use");
        }
        return address;
    }

    /** The area's address, or {@link #NONE} when the limit or the machine does not have so much. */
    synchronized long allocate(long bytes) {
        if (bytes < 0 || bytes > limitBytes - usedBytes || isClosed) {
            return NONE;
        }
        try {
            long address = arena.allocate(bytes, CACHE_LINE_BYTES).address();
            usedBytes += bytes;
            return address;
        } catch (OutOfMemoryError e) {
            return NONE;
        }
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            arena.close();
        }
    }
}
