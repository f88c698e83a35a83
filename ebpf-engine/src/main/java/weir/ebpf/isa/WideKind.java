// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/**
 * What a 64-bit immediate load means, by its source field: RFC 9669 section 5.4, table 12, and {@code
 * BPF_PSEUDO_*} in {@code uapi/linux/bpf.h}.
 *
 * <p>In a {@code ProgramSpec} maps are named by {@link #MAP_INDEX} and {@link #MAP_INDEX_VALUE} only,
 * and functions by {@link #FUNCTION} with an offset relative to the next slot.
 */
public enum WideKind {
    /** A number: {@code nextImmediate << 32 | immediate}. */
    VALUE,
    /** Map by file descriptor ({@code BPF_PSEUDO_MAP_FD}). */
    MAP_FD,
    /** Address inside the only value of a map by descriptor; the second immediate is the offset. */
    MAP_FD_VALUE,
    /** A variable of the platform by BTF id ({@code BPF_PSEUDO_BTF_ID}); the second immediate is the BTF's descriptor. */
    VARIABLE,
    /** A subprogram, as callback: slots from the instruction behind the first slot ({@code BPF_PSEUDO_FUNC}). */
    FUNCTION,
    /** Map by its index in the object ({@code BPF_PSEUDO_MAP_IDX}). */
    MAP_INDEX,
    /** Address inside the first value of a map by index; the second immediate is the offset. */
    MAP_INDEX_VALUE;

    /** Whether the second slot's immediate means something; otherwise it is reserved and 0. */
    public boolean usesNextImmediate() {
        return this != MAP_FD && this != MAP_INDEX && this != FUNCTION;
    }
}
