// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

/** What a program is for: decides context, helpers and what may be returned. */
public enum ProgramType {
    /** {@code BPF_PROG_TYPE_XDP}, context {@code struct xdp_md}. */
    XDP(6),
    /** Any other type of a section that libbpf knows: it can be read and disassembled, not run. */
    OTHER(0);

    private final int number;

    ProgramType(int number) {
        this.number = number;
    }

    /** {@code enum bpf_prog_type}; 0 where the engine does not tell the type apart. */
    public int number() {
        return number;
    }
}
