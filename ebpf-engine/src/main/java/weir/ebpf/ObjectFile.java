// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.ebpf.btf.Btf;
import weir.ebpf.link.ObjectLinker;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.ProgramType;

/**
 * What an eBPF object file holds, as clang writes it: programs linked and relocated, and blueprints of
 * the maps they share. Pure: the same bytes give an equal record, on any machine.
 *
 * @param programs in the order of sections, then of symbols
 * @param maps programs refer to them by index: legacy ones, {@code .maps}, then data sections
 * @param license text of the section {@code license}; empty without
 * @param btf types of the object; {@link Btf#EMPTY} without
 */
public record ObjectFile(List<ProgramSpec> programs, List<MapSpec> maps, String license, Btf btf) {
    /** Largest file that is read. */
    public static final int MAX_BYTES = 16 << 20;

    public ObjectFile {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
    }

    /**
     * Reads an object file. Trusts nothing in it; time and memory are bounded by a multiple of its size.
     *
     * @throws ObjectFileException when it is no such file, is damaged, or needs what the engine does not
     *     have before any program could be loaded
     */
    public static ObjectFile parse(byte[] bytes) throws ObjectFileException {
        return read(bytes, null);
    }

    /**
     * Reads an object file whose programs are known to be of a type.
     *
     * @param type {@code XDP}, for programs in sections that name no type; or {@code VALE}, for the one program of
     *     {@code .text}. Without it, {@link #parse(byte[])} takes for VALE-BPF's what has all code in {@code .text},
     *     and {@code struct vale_bpf_md} as parameter or maps with the name of their type
     * @throws ObjectFileException as {@link #parse(byte[])}
     */
    public static ObjectFile parse(byte[] bytes, ProgramType type) throws ObjectFileException {
        return read(bytes, type);
    }

    private static ObjectFile read(byte[] bytes, @Nullable ProgramType type) throws ObjectFileException {
        if (bytes.length > MAX_BYTES) {
            throw new ObjectFileException(
                    "the file has " + bytes.length + " bytes; object files have at most " + MAX_BYTES);
        }
        ObjectLinker.Result result = ObjectLinker.link(bytes, type);
        return new ObjectFile(result.programs(), result.maps(), result.license(), result.btf());
    }

    public Optional<ProgramSpec> program(String name) {
        return programs.stream().filter(program -> program.name().equals(name)).findFirst();
    }

    public Optional<MapSpec> map(String name) {
        return maps.stream().filter(map -> map.name().equals(name)).findFirst();
    }
}
