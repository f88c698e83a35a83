// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;

/**
 * Blueprint of a program: linked and relocated, complete with its subprograms; pure, makes nothing.
 *
 * <p>In the code, maps are {@code WideKind.MAP_INDEX} and {@code MAP_INDEX_VALUE} with an index into the
 * object's maps, calls of subprograms and references to callbacks are relative. What could not be
 * linked (a kfunc, a CO-RE relocation in code that may never run) is in {@code unresolved} and is an
 * error only when the program is loaded.
 *
 * @param name of its symbol, or of its section where it has none; {@code section:symbol} where the object has
 *     several of one name
 * @param section as written: {@code xdp/devmap}, {@code xdp.frags}
 * @param attach what the section's name says it is attached to
 * @param subprograms in order of slots, the program itself first
 * @param lines in order of slots; empty without {@code .BTF.ext}
 * @param license text of the section {@code license}; empty without
 * @param unresolved references that loading refuses, by slot
 */
public record ProgramSpec(
        String name,
        String section,
        ProgramType type,
        Attach attach,
        Code code,
        List<Subprogram> subprograms,
        List<SourceLine> lines,
        String license,
        List<Unresolved> unresolved) {
    /** Expected attach type of an XDP program. */
    public enum Attach {
        /** On a port or switch. */
        DEVICE,
        /** In a devmap entry, on egress: {@code xdp/devmap}. */
        DEVMAP,
        /** In a cpumap entry: {@code xdp/cpumap}. */
        CPUMAP
    }

    /** Something the code needs that nobody here has. */
    public record Unresolved(int slot, String what) {}

    public ProgramSpec {
        subprograms = List.copyOf(subprograms);
        lines = List.copyOf(lines);
        unresolved = List.copyOf(unresolved);
    }

    /** A program without object file: tests, assembler. */
    public static ProgramSpec of(String name, Code code) {
        return new ProgramSpec(
                name,
                "xdp",
                ProgramType.XDP,
                Attach.DEVICE,
                code,
                List.of(new Subprogram(name, 0, true, 0)),
                List.of(),
                "GPL",
                List.of());
    }

    /** The source line of a slot; null where none is known. */
    public @Nullable SourceLine lineAt(int slot) {
        SourceLine found = null;
        for (SourceLine line : lines) {
            if (line.slot() > slot) {
                break;
            }
            found = line;
        }
        return found;
    }
}
