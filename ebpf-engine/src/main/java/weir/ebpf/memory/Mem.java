// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Memory by absolute address, little endian as the programs are compiled. Plain accesses may be
 * unaligned; atomic ones must be aligned to their size.
 *
 * <p>Nothing here checks an address: whoever calls has checked it against the memory that a program may
 * touch, or made it.
 */
public final class Mem {
    /** Bits of an address: no platform maps memory above. */
    public static final long ADDRESS_BITS = Long.MAX_VALUE >> 1;

    /** Everything, by address. */
    public static final MemorySegment ALL = everything();

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private Mem() {}

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        // SAFETY: the segment lends no memory of its own. Every address used with it was checked against
        // packet, stack, context and map values (interpreter, helpers), or belongs to a live map or arena.
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /**
     * The same address, of which HotSpot knows now that what is near it is below {@link Long#MAX_VALUE}: it leaves
     * out the segment's own check of each access.
     */
    public static long bounded(long address) {
        return address & ADDRESS_BITS;
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

    /** Copies bytes; the areas may overlap. Words of 8 aligned bytes are not promised to stay whole. */
    public static void copy(long fromAddress, long toAddress, long lengthBytes) {
        MemorySegment.copy(ALL, fromAddress, ALL, toAddress, lengthBytes);
    }

    public static void copyTo(long fromAddress, byte[] target, int targetFrom, int lengthBytes) {
        MemorySegment.copy(ALL, JAVA_BYTE, fromAddress, target, targetFrom, lengthBytes);
    }

    public static void copyFrom(byte[] source, int sourceFrom, long toAddress, int lengthBytes) {
        MemorySegment.copy(source, sourceFrom, ALL, JAVA_BYTE, toAddress, lengthBytes);
    }

    /** Sets bytes. Not by a slice of everything: that would be an object. */
    public static void fill(long address, long lengthBytes, byte value) {
        long eight = (value & 0xffL) * 0x0101_0101_0101_0101L;
        long at = 0;
        for (; at + Long.BYTES <= lengthBytes; at += Long.BYTES) {
            putLong(address + at, eight);
        }
        for (; at < lengthBytes; at++) {
            putByte(address + at, value);
        }
    }

    /** View of an area, for control code; lives as long as the area's owner. */
    public static MemorySegment view(long address, long lengthBytes) {
        return ALL.asSlice(address, lengthBytes);
    }

    // ---- atomic accesses, aligned: sequentially consistent unless the name says otherwise -----------

    public static int getIntAcquire(long address) {
        return (int) INT.getAcquire(ALL, address);
    }

    public static long getLongAcquire(long address) {
        return (long) LONG.getAcquire(ALL, address);
    }

    public static void putIntRelease(long address, int value) {
        INT.setRelease(ALL, address, value);
    }

    public static void putLongRelease(long address, long value) {
        LONG.setRelease(ALL, address, value);
    }

    public static int getAndAddInt(long address, int delta) {
        return (int) INT.getAndAdd(ALL, address, delta);
    }

    public static long getAndAddLong(long address, long delta) {
        return (long) LONG.getAndAdd(ALL, address, delta);
    }

    public static int getAndOrInt(long address, int mask) {
        return (int) INT.getAndBitwiseOr(ALL, address, mask);
    }

    public static long getAndOrLong(long address, long mask) {
        return (long) LONG.getAndBitwiseOr(ALL, address, mask);
    }

    public static int getAndAndInt(long address, int mask) {
        return (int) INT.getAndBitwiseAnd(ALL, address, mask);
    }

    public static long getAndAndLong(long address, long mask) {
        return (long) LONG.getAndBitwiseAnd(ALL, address, mask);
    }

    public static int getAndXorInt(long address, int mask) {
        return (int) INT.getAndBitwiseXor(ALL, address, mask);
    }

    public static long getAndXorLong(long address, long mask) {
        return (long) LONG.getAndBitwiseXor(ALL, address, mask);
    }

    public static int getAndSetInt(long address, int value) {
        return (int) INT.getAndSet(ALL, address, value);
    }

    public static long getAndSetLong(long address, long value) {
        return (long) LONG.getAndSet(ALL, address, value);
    }

    /** Returns the old value, whether it was replaced or not. */
    public static int compareAndExchangeInt(long address, int expected, int value) {
        return (int) INT.compareAndExchange(ALL, address, expected, value);
    }

    /** Returns the old value, whether it was replaced or not. */
    public static long compareAndExchangeLong(long address, long expected, long value) {
        return (long) LONG.compareAndExchange(ALL, address, expected, value);
    }
}
