// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.HelperNames;

/** What a program is for: decides context, helpers and what may be returned. */
public enum ProgramType {
    /** {@code BPF_PROG_TYPE_XDP}, context {@code struct xdp_md}; returns an XDP action. */
    XDP(6, 0),
    /**
     * The program of a VALE-BPF switch, context {@code struct vale_bpf_md}; returns the index of a port, 254 for all
     * of them, 255 or more for none. Linux has no such type.
     */
    VALE(0, 255),
    /** Any other type of a section that libbpf knows: it can be read and disassembled, not run. */
    OTHER(0, 0);

    private final int number;
    private final int actionOfFault;

    ProgramType(int number, int actionOfFault) {
        this.number = number;
        this.actionOfFault = actionOfFault;
    }

    /** {@code enum bpf_prog_type}; 0 where the engine does not tell the type apart, or Linux has none. */
    public int number() {
        return number;
    }

    /** Whether such programs can be verified and run. */
    public boolean isRunnable() {
        return this != OTHER;
    }

    /** What a program that ends in a fault counts as having returned: its frame goes nowhere. */
    public int actionOfFault() {
        return actionOfFault;
    }

    /** What programs call the helper of a number; null where no such helper is known, supported or not. */
    public @Nullable String helperName(int number) {
        return this == VALE ? HelperNames.ofVale(number) : HelperNames.of(number);
    }
}
