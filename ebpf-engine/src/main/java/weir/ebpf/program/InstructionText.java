// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Disassembler;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.MapSpec;

/**
 * Text of single instructions of a program for messages: maps and helpers have their names, {@code r1 =
 * map[counters]} and {@code call bpf_map_lookup_elem#1}. {@code weir.ebpf.isa.Assembler} reads it where it is told the names
 * of the maps.
 */
public final class InstructionText {
    private final ProgramType type;
    private final List<MapSpec> maps;

    private InstructionText(ProgramType type, List<MapSpec> maps) {
        this.type = type;
        this.maps = List.copyOf(maps);
    }

    /**
     * For the programs of an object.
     *
     * @param type whose numbers of helpers the code uses
     * @param maps the object's, by the index that its code uses
     */
    public static InstructionText of(ProgramType type, List<MapSpec> maps) {
        return new InstructionText(type, maps);
    }

    /** One line. */
    public String of(Instruction instruction) {
        return Disassembler.text(instruction, type::helperName, this::map);
    }

    private @Nullable String map(int index) {
        return index >= 0 && index < maps.size() ? maps.get(index).name() : null;
    }
}
