// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.interpreter;

import java.util.List;
import weir.ebpf.LoadException;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramFacts;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.RunnableProgram;

/**
 * A program whose form is right: every jump, call and reference goes somewhere, every function ends, all
 * helpers and maps exist. Whether its accesses are safe shows only while it runs.
 */
public final class CheckedProgram implements RunnableProgram {
    private final ProgramSpec spec;
    private final ProgramFacts facts;

    private CheckedProgram(ProgramSpec spec, ProgramFacts facts) {
        this.spec = spec;
        this.facts = facts;
    }

    /**
     * Checks the form.
     *
     * @param maps the object's, by the index that the code uses
     * @throws LoadException for the first thing that is wrong, by instruction
     */
    public static CheckedProgram of(ProgramSpec spec, HelperTable helpers, List<MapSpec> maps) throws LoadException {
        return new CheckedProgram(spec, new FormCheck(spec, helpers, maps).check());
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
