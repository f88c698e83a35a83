// SPDX-License-Identifier: Apache-2.0
package weir.core.frame;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Raw access to pool memory by absolute address, in the machine's byte order.
 *
 * <p>Nothing here checks an address: callers pass addresses made from frames whose slot, offset and
 * length were checked where they entered the switch.
 */
public final class Mem {
    private static final MemorySegment ALL = everything();

    private Mem() {}

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        // SAFETY: the segment lends no memory of its own. Every address used with it comes from a frame
        // inside a live FramePool: frames are made by the pool or range-checked at the port boundary.
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    public static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    public static short getShort(long address) {
        return ALL.get(JAVA_SHORT_UNALIGNED, address);
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(JAVA_BYTE, address, value);
    }

    public static void putShort(long address, short value) {
        ALL.set(JAVA_SHORT_UNALIGNED, address, value);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /** Copies bytes; the areas may overlap. */
    public static void copy(long fromAddress, long toAddress, long lengthBytes) {
        MemorySegment.copy(ALL, fromAddress, ALL, toAddress, lengthBytes);
    }
}
