// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.map;

/** Distance of equal elements, and which element an offset lies in, without a division. */
final class Stride {
    private static final int NO_SHIFT = -1;

    private final int bytes;
    private final int shift;
    private final long reciprocal;

    Stride(int bytes) {
        this.bytes = bytes;
        shift = Integer.bitCount(bytes) == 1 ? Integer.numberOfTrailingZeros(bytes) : NO_SHIFT;
        // 2^64 / bytes, rounded up by less than 1: exact while offset x bytes stays below 2^64.
        reciprocal = Long.divideUnsigned(-1L, bytes) + 1;
    }

    int bytes() {
        return bytes;
    }

    /** @param offset from 0; its product with {@link #bytes} below 2^64 */
    long indexOf(long offset) {
        return shift != NO_SHIFT ? offset >>> shift : Math.unsignedMultiplyHigh(offset, reciprocal);
    }
}
