// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.ebpf.program.ProgramType;

/** What {@code --type} takes. */
enum ProgramTypeName {
    XDP(ProgramType.XDP),
    VALE(ProgramType.VALE);

    private final ProgramType type;

    ProgramTypeName(ProgramType type) {
        this.type = type;
    }

    ProgramType type() {
        return type;
    }
}
