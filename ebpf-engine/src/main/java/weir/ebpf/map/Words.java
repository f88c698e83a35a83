// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import weir.ebpf.memory.Mem;

/** Rows of bytes in native memory, handled by words of 8: a copy keeps aligned words whole on x86-64 and aarch64. */
final class Words {
    static final int BYTES = Long.BYTES;

    private Words() {}

    static int roundUp(int bytes) {
        return Math.addExact(bytes, BYTES - 1) & -BYTES;
    }

    static long roundUp(long bytes, long powerOfTwo) {
        return Math.addExact(bytes, powerOfTwo - 1) & -powerOfTwo;
    }

    static void copy(long from, long to, int lengthBytes) {
        int i = 0;
        for (; i <= lengthBytes - BYTES; i += BYTES) {
            Mem.putLong(to + i, Mem.getLong(from + i));
        }
        if (i <= lengthBytes - Integer.BYTES) {
            Mem.putInt(to + i, Mem.getInt(from + i));
            i += Integer.BYTES;
        }
        for (; i < lengthBytes; i++) {
            Mem.putByte(to + i, Mem.getByte(from + i));
        }
    }

    static void zero(long address, int lengthBytes) {
        int i = 0;
        for (; i <= lengthBytes - BYTES; i += BYTES) {
            Mem.putLong(address + i, 0);
        }
        for (; i < lengthBytes; i++) {
            Mem.putByte(address + i, (byte) 0);
        }
    }

    static boolean equal(long a, long b, int lengthBytes) {
        int i = 0;
        for (; i <= lengthBytes - BYTES; i += BYTES) {
            if (Mem.getLong(a + i) != Mem.getLong(b + i)) {
                return false;
            }
        }
        if (i <= lengthBytes - Integer.BYTES) {
            if (Mem.getInt(a + i) != Mem.getInt(b + i)) {
                return false;
            }
            i += Integer.BYTES;
        }
        for (; i < lengthBytes; i++) {
            if (Mem.getByte(a + i) != Mem.getByte(b + i)) {
                return false;
            }
        }
        return true;
    }

    static byte[] toArray(long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        Mem.copyTo(address, bytes, 0, lengthBytes);
        return bytes;
    }
}
