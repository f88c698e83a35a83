// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.isa;

/** What a call's immediate means, by its source field: RFC 9669 section 4.3.1. */
public enum CallKind {
    /** Helper by number. */
    HELPER,
    /** Subprogram, slots from the next instruction. */
    LOCAL,
    /** Kernel function by BTF id. */
    KFUNC
}
