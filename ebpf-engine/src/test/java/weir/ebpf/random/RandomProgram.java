// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.random;

import java.util.List;
import java.util.Set;
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
}
