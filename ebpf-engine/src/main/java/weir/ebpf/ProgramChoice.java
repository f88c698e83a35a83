// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import weir.ebpf.isa.Instruction;
import weir.ebpf.isa.WideKind;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;

/** Which of an object's programs are loaded: those asked for that can run, and those that they tail-call. */
final class ProgramChoice {
    private final List<ProgramSpec> programs;
    private final List<MapSpec> maps;

    ProgramChoice(List<ProgramSpec> programs, List<MapSpec> maps) {
        this.programs = programs;
        this.maps = maps;
    }

    /** The chosen ones in the object's order. */
    List<ProgramSpec> of(Predicate<String> wanted) {
        Set<String> chosen = new LinkedHashSet<>();
        Deque<ProgramSpec> open = new ArrayDeque<>();
        for (ProgramSpec program : programs) {
            if (program.type().isRunnable() && wanted.test(program.name()) && chosen.add(program.name())) {
                open.add(program);
            }
        }
        while (!open.isEmpty()) {
            List<String> targets = targetsOf(open.remove());
            for (ProgramSpec program : programs) {
                if (targets.contains(program.name()) && chosen.add(program.name())) {
                    open.add(program);
                }
            }
        }
        return programs.stream()
                .filter(program -> chosen.contains(program.name()))
                .toList();
    }

    /** Programs in the program arrays that the code names. */
    private List<String> targetsOf(ProgramSpec program) {
        List<String> names = new ArrayList<>();
        for (Instruction instruction : program.code().instructions()) {
            boolean isMap = instruction instanceof Instruction.LoadWide load
                    && load.kind() == WideKind.MAP_INDEX
                    && load.immediate() >= 0
                    && load.immediate() < maps.size();
            if (isMap) {
                int index = ((Instruction.LoadWide) instruction).immediate();
                for (MapSpec.Entry entry : maps.get(index).contents()) {
                    if (entry instanceof MapSpec.Entry.Program target) {
                        names.add(target.programName());
                    }
                }
            }
        }
        return names;
    }
}
