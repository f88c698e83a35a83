// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where a frame pool's bytes come from. Chosen once, when the switch is created: anonymous memory by
 * default; huge pages or memory that can become an AF_XDP UMEM where a port module offers it.
 */
@FunctionalInterface
public interface PoolMemory {
    /** Boundary on which every pool starts. */
    long ALIGNMENT_BYTES = 4096;

    /**
     * Reserves memory for a pool. Called once per pool, on the thread that creates the switch.
     *
     * @param lengthBytes size, a multiple of {@link Frame#SLOT_UNIT_BYTES}
     * @param arena owns the memory; it is closed after every worker has stopped
     * @return zeroed and pre-faulted memory of that size, aligned to {@link #ALIGNMENT_BYTES}
     * @throws OutOfMemoryError when the machine does not have it
     */
    MemorySegment reserve(long lengthBytes, Arena arena);

    /** Anonymous memory of the process; zeroing it faults every page in. */
    static PoolMemory anonymous() {
        return (lengthBytes, arena) ->
                arena.allocate(lengthBytes, ALIGNMENT_BYTES).fill((byte) 0);
    }
}
