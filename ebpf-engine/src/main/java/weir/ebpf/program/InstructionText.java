// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Disassembler;
import weir.ebpf.isa.HelperNames;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.MapSpec;

/**
 * Text of single instructions of a program for messages: maps and helpers have their names, {@code r1 =
 * map[counters]} and {@code call bpf_map_lookup_elem#1}. {@code weir.ebpf.isa.Assembler} reads it where it is told the names
 * of the maps.
 */
public final class InstructionText {
    private final List<MapSpec> maps;

    private InstructionText(List<MapSpec> maps) {
        this.maps = List.copyOf(maps);
    }

    /**
     * For code that names maps by index.
     *
     * @param maps the object's, by that index
     */
    public static InstructionText withMaps(List<MapSpec> maps) {
        return new InstructionText(maps);
    }

    /** One line. */
    public String of(Instruction instruction) {
        return Disassembler.text(instruction, HelperNames::of, this::map);
    }

    private @Nullable String map(int index) {
        return index >= 0 && index < maps.size() ? maps.get(index).name() : null;
    }
}
