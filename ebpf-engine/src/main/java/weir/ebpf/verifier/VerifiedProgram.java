// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;

/** A program that was proved safe; nobody but the verifier makes one. */
public final class VerifiedProgram implements RunnableProgram {
    private final ProgramSpec spec;
    private final ProgramFacts facts;

    VerifiedProgram(ProgramSpec spec, ProgramFacts facts) {
        this.spec = spec;
        this.facts = facts;
    }

    @Override
    public ProgramSpec spec() {
        return spec;
    }

    @Override
    public ProgramFacts facts() {
        return facts;
    }
}
