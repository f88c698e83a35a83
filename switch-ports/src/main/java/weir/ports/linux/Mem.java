// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** The one place of this module that makes a segment out of a bare address. */
final class Mem {
    private Mem() {}

    /**
     * A view of memory that the kernel mapped for this process.
     *
     * @param unmap called once with the view when the arena closes
     */
    @SuppressWarnings("restricted")
    static MemorySegment mapped(long address, long lengthBytes, Arena arena, Consumer<MemorySegment> unmap) {
        // SAFETY: the caller got address and length from a successful mmap(2) and hands the mapping over:
        // it lives exactly as long as the arena, which unmaps it after the last access has become illegal.
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes, arena, unmap);
    }
}
