// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.program;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Code;
import weir.ebpf.isa.Instruction;

/**
 * Blueprint of a program: linked and relocated, complete with its subprograms; pure, makes nothing.
 *
 * <p>In the code, maps are {@code WideKind.MAP_INDEX} and {@code MAP_INDEX_VALUE} with an index into the
 * object's maps, calls of subprograms and references to callbacks are relative. What could not be
 * linked (a kfunc, a CO-RE relocation in code that may never run) is in {@code unresolved} and is an
 * error only where it is reached, see {@link #missingAt}.
 *
 * @param name of its symbol, or of its section where it has none; {@code section:symbol} where the object has
 *     several of one name
 * @param section as written: {@code xdp/devmap}, {@code xdp.frags}
 * @param attach what the section's name says it is attached to
 * @param subprograms in order of slots, the program itself first
 * @param lines in order of slots; empty without {@code .BTF.ext}
 * @param license text of the section {@code license}; empty without
 * @param unresolved what instructions need and nobody here has, by slot
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
    /**
     * A helper that does not exist. libbpf puts a call of it in place of an instruction whose CO-RE relocation
     * has no answer, and so does the linker here; kernels show it as {@code unknown#195896080}.
     */
    public static final int POISON_HELPER = 0xbad2310;

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

    /** A program for XDP without object file: tests, assembler. */
    public static ProgramSpec of(String name, Code code) {
        return of(name, ProgramType.XDP, code);
    }

    /** A program without object file. */
    public static ProgramSpec of(String name, ProgramType type, Code code) {
        return new ProgramSpec(
                name,
                type == ProgramType.VALE ? ".text" : "xdp",
                type,
                Attach.DEVICE,
                code,
                List.of(new Subprogram(name, 0, true, 0)),
                List.of(),
                "GPL",
                List.of());
    }

    /** What r1 points to. */
    public ContextLayout context() {
        if (type == ProgramType.VALE) {
            return ContextLayout.VALE;
        }
        return attach == Attach.DEVMAP ? ContextLayout.XDP_DEVMAP : ContextLayout.XDP;
    }

    /**
     * What the instruction at a slot needs and nobody here has; null for an instruction that can be executed.
     * Programs guard such code and may never reach it: a verifier refuses it where a path leads there, an engine
     * without one ends the frame with a fault.
     */
    public @Nullable String missingAt(int slot) {
        for (Unresolved each : unresolved) {
            if (each.slot() == slot) {
                return each.what();
            }
        }
        return code.at(slot) instanceof Instruction.Call call ? missingIn(call) : null;
    }

    private static @Nullable String missingIn(Instruction.Call call) {
        return switch (call.kind()) {
            case LOCAL -> null;
            case KFUNC -> "kernel function with BTF id " + call.target() + " is not supported";
            case HELPER ->
                call.target() == POISON_HELPER ? "CO-RE: a relocation of this instruction has no answer" : null;
        };
    }

    /** Slots for which {@link #missingAt} has an answer. */
    public Set<Integer> missing() {
        Set<Integer> slots = new HashSet<>();
        unresolved.forEach(each -> slots.add(each.slot()));
        for (int slot = 0; slot < code.slots(); slot++) {
            if (code.at(slot) instanceof Instruction.Call call && missingIn(call) != null) {
                slots.add(slot);
            }
        }
        return slots;
    }

    /** The source line of a slot; null where none is known. */
    public @Nullable SourceLine lineAt(int slot) {
        int low = 0;
        int high = lines.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lines.get(middle).slot() <= slot) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : lines.get(low - 1);
    }
}
