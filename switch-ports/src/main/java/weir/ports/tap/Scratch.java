// SPDX-License-Identifier: Apache-2.0
package weir.ports.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where frames are read to that nobody will look at. One for the process: writers may overwrite each
 * other, and nothing reads it.
 */
final class Scratch {
    static final int BYTES = 68 * 1024;

    private static final MemorySegment MEMORY = Arena.global().allocate(BYTES, 64);

    static final long ADDRESS = MEMORY.address();

    private Scratch() {}
}
