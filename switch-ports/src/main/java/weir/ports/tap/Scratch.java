// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where frames are read to for which there is no slot. One for each worker, which looks at them before the next. */
final class Scratch {
    static final int BYTES = 68 * 1024;

    private static final ThreadLocal<MemorySegment> MEMORY =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, Long.BYTES));

    private Scratch() {}

    /** That of the calling thread; {@value #BYTES} bytes. */
    static MemorySegment ofThisThread() {
        return MEMORY.get();
    }
}
