// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import weir.ebpf.isa.Code;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/**
 * A program with all it needs.
 *
 * @param programs the program itself, then the targets of its tail calls, which the maps name
 * @param maps as the code numbers them
 * @param constructs what it is made of
 */
public record RandomProgram(long seed, List<ProgramSpec> programs, List<MapSpec> maps, Set<Construct> constructs) {
    public RandomProgram {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
        constructs = Set.copyOf(constructs);
    }

    public ProgramSpec main() {
        return programs.getFirst();
    }

    /** The same with other code in the main program; its functions begin where they did. */
    public RandomProgram withMainCode(Code code) {
        ProgramSpec old = main();
        List<ProgramSpec> changed = new ArrayList<>(programs);
        changed.set(
                0,
                new ProgramSpec(
                        old.name(),
                        old.section(),
                        old.type(),
                        old.attach(),
                        code,
                        old.subprograms(),
                        old.lines(),
                        old.license(),
                        old.unresolved()));
        return new RandomProgram(seed, changed, maps, constructs);
    }
}
