// SPDX-License-Identifier: Apache-2.0
package weir.core.offload;

import weir.core.frame.Mem;

/** Numbers in network byte order at absolute addresses. */
final class NetworkBytes {
    private static final int BYTE_MASK = 0xff;
    private static final int SHORT_MASK = 0xffff;

    private NetworkBytes() {}

    static int u8(long address) {
        return Mem.getByte(address) & BYTE_MASK;
    }

    static int u16(long address) {
        return Short.reverseBytes(Mem.getShort(address)) & SHORT_MASK;
    }

    static void putU16(long address, int value) {
        Mem.putShort(address, Short.reverseBytes((short) value));
    }

    static int u32(long address) {
        return Integer.reverseBytes(Mem.getInt(address));
    }

    static void putU32(long address, int value) {
        Mem.putInt(address, Integer.reverseBytes(value));
    }
}
