// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.memory;

import java.lang.invoke.VarHandle;
import weir.ebpf.isa.AtomicOp;

/** Loads, stores and atomic operations by width, on memory that was checked. Loads zero-extend. */
public final class MemoryAccess {
    private MemoryAccess() {}

    public static long load(long address, int width) {
        return switch (width) {
            case Byte.BYTES -> Byte.toUnsignedLong(Mem.getByte(address));
            case Short.BYTES -> Short.toUnsignedLong(Mem.getShort(address));
            case Integer.BYTES -> Integer.toUnsignedLong(Mem.getInt(address));
            default -> Mem.getLong(address);
        };
    }

    public static void store(long address, int width, long value) {
        switch (width) {
            case Byte.BYTES -> Mem.putByte(address, (byte) value);
            case Short.BYTES -> Mem.putShort(address, (short) value);
            case Integer.BYTES -> Mem.putInt(address, (int) value);
            default -> Mem.putLong(address, value);
        }
    }

    public static long loadAcquire(long address, int width) {
        return switch (width) {
            case Integer.BYTES -> Integer.toUnsignedLong(Mem.getIntAcquire(address));
            case Long.BYTES -> Mem.getLongAcquire(address);
            default -> {
                long value = load(address, width);
                VarHandle.acquireFence();
                yield value;
            }
        };
    }

    public static void storeRelease(long address, int width, long value) {
        switch (width) {
            case Integer.BYTES -> Mem.putIntRelease(address, (int) value);
            case Long.BYTES -> Mem.putLongRelease(address, value);
            default -> {
                VarHandle.releaseFence();
                store(address, width, value);
            }
        }
    }

    public static boolean isCompare(AtomicOp op) {
        return op == AtomicOp.CMPXCHG;
    }

    /** Returns the old value. */
    public static long atomic64(AtomicOp op, long address, long value, long expected) {
        return switch (op) {
            case ADD -> Mem.getAndAddLong(address, value);
            case OR -> Mem.getAndOrLong(address, value);
            case AND -> Mem.getAndAndLong(address, value);
            case XOR -> Mem.getAndXorLong(address, value);
            case XCHG -> Mem.getAndSetLong(address, value);
            case CMPXCHG -> Mem.compareAndExchangeLong(address, expected, value);
        };
    }

    /** Returns the old value, zero-extended. */
    public static long atomic32(AtomicOp op, long address, int value, int expected) {
        return Integer.toUnsignedLong(
                switch (op) {
                    case ADD -> Mem.getAndAddInt(address, value);
                    case OR -> Mem.getAndOrInt(address, value);
                    case AND -> Mem.getAndAndInt(address, value);
                    case XOR -> Mem.getAndXorInt(address, value);
                    case XCHG -> Mem.getAndSetInt(address, value);
                    case CMPXCHG -> Mem.compareAndExchangeInt(address, expected, value);
                });
    }
}
