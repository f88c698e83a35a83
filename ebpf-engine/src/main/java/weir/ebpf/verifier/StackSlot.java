// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/**
 * Eight bytes of stack, immutable: for each byte what it holds, and at the low end perhaps a whole value
 * that was spilled there.
 *
 * @param kinds 8 bits for each byte, the lowest address in the lowest bits: {@link #NOTHING}, {@link
 *     #ANYTHING}, {@link #ZERO}, {@link #SPILL} or {@link #REMAINS}
 * @param spilled what the {@link #SPILL} bytes hold together; null without
 */
record StackSlot(long kinds, @Nullable Value spilled) {
    static final int BYTES = Long.BYTES;

    /** Never written. */
    static final int NOTHING = 0;
    /** A byte of an unknown number. */
    static final int ANYTHING = 1;

    static final int ZERO = 2;
    /** A byte of {@link #spilled}. */
    static final int SPILL = 3;
    /** A byte of an address of which other bytes were written over: nothing to be read, but not nothing either. */
    static final int REMAINS = 4;

    static final StackSlot EMPTY = new StackSlot(0, null);

    private static final int KIND_BITS = 8;
    private static final long KIND_MASK = 0xff;
    private static final long EACH = 0x0101010101010101L;

    /** A value over the lowest bytes; the others keep what they had. */
    StackSlot spill(Value value, int bytes) {
        return new StackSlot(set(withoutSpill(), 0, bytes, SPILL), value);
    }

    /** Bytes of that kind; a value that lies there is taken apart. */
    StackSlot fill(int from, int bytes, int kind) {
        return new StackSlot(set(withoutSpill(), from, bytes, kind), null);
    }

    private static long set(long kinds, int from, int bytes, int kind) {
        long all = bytes == BYTES ? -1 : (1L << (bytes * KIND_BITS)) - 1;
        long where = all << (from * KIND_BITS);
        return (kinds & ~where) | ((EACH * kind) & where);
    }

    private long withoutSpill() {
        if (spilled == null) {
            return kinds;
        }
        int kind = spilled instanceof ScalarValue ? ANYTHING : REMAINS;
        long result = kinds;
        for (int i = 0; i < BYTES; i++) {
            if (kind(i) == SPILL) {
                result = set(result, i, 1, kind);
            }
        }
        return result;
    }

    int kind(int index) {
        return (int) ((kinds >>> (index * KIND_BITS)) & KIND_MASK);
    }

    /** Bytes of the value at the low end; 0 without. */
    int spilledBytes() {
        int bytes = 0;
        while (bytes < BYTES && kind(bytes) == SPILL) {
            bytes++;
        }
        return bytes;
    }

    /** Whether an address lies here, also one that is void by now. */
    boolean holdsPointer() {
        return spilled != null && !(spilled instanceof ScalarValue);
    }

    /** Whether a byte belongs to an address, whole or not. */
    boolean holdsAddressAt(int index) {
        return kind(index) == REMAINS || (kind(index) == SPILL && holdsPointer());
    }

    StackSlot with(Value value) {
        return new StackSlot(kinds, value);
    }
}
