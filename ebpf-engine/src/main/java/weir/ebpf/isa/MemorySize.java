// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** Width of a load or store, RFC 9669 section 5. */
public enum MemorySize {
    BYTE(1),
    HALF(2),
    WORD(4),
    DOUBLE(8);

    private final int bytes;

    MemorySize(int bytes) {
        this.bytes = bytes;
    }

    /** 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }
}
