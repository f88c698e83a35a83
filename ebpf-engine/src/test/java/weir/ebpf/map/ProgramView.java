// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A map as one worker's program sees it: keys and values on a stack of its own. One thread. */
final class ProgramView {
    private final EbpfMap map;
    private final int cpu;
    private final MemorySegment key;
    private final MemorySegment value;

    ProgramView(EbpfMap map, int cpu) {
        this.map = map;
        this.cpu = cpu;
        key = Arena.ofAuto().allocate(Math.max(map.spec().keyBytes(), 8), 8);
        value = Arena.ofAuto().allocate(Math.max(map.spec().valueBytes(), 8) + 8L, 8);
    }

    long lookup(long number) {
        return map.lookup(key(number), cpu);
    }

    /** The first 8 bytes of the value become the number, and so do all other words of 8. */
    int update(long number, long word, long flags) {
        for (long at = 0; at + 8 <= value.byteSize(); at += 8) {
            value.set(ValueLayout.JAVA_LONG, at, word);
        }
        return map.update(key(number), value.address(), flags, cpu);
    }

    int delete(long number) {
        return map.delete(key(number));
    }

    /** The number in little endian, behind it zeroes. */
    private long key(long number) {
        int bytes = map.spec().keyBytes();
        for (int i = 0; i < bytes; i++) {
            key.set(ValueLayout.JAVA_BYTE, i, (byte) (i < 8 ? number >>> (8 * i) : 0));
        }
        return key.address();
    }

    static byte[] keyBytes(EbpfMap map, long number) {
        byte[] key = new byte[map.spec().keyBytes()];
        for (int i = 0; i < key.length && i < 8; i++) {
            key[i] = (byte) (number >>> (8 * i));
        }
        return key;
    }
}
