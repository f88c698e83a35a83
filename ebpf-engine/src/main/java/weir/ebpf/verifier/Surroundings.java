// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.List;
import weir.ebpf.helper.HelperTable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.map.MapSpec;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;

/** What all parts of one verification share. */
final class Surroundings {
    private final ProgramSpec spec;
    private final List<MapSpec> maps;
    private final HelperTable helpers;
    private final VerifierOptions options;
    private final FactCollector facts;
    private final Sources sources;
    private final MemoryAlignment alignment = new MemoryAlignment();
    private final InstructionText text;
    private int lastId;

    Surroundings(ProgramSpec spec, List<MapSpec> maps, HelperTable helpers, VerifierOptions options) {
        this.spec = spec;
        this.maps = List.copyOf(maps);
        this.helpers = helpers;
        this.options = options;
        facts = new FactCollector(spec.code().slots());
        text = InstructionText.of(spec.type(), maps);
        sources = new Sources(spec.context());
    }

    ProgramSpec spec() {
        return spec;
    }

    HelperTable helpers() {
        return helpers;
    }

    VerifierOptions options() {
        return options;
    }

    InstructionText text() {
        return text;
    }

    FactCollector facts() {
        return facts;
    }

    Sources sources() {
        return sources;
    }

    MemoryAlignment alignment() {
        return alignment;
    }

    MapReference map(int index) {
        return new MapReference(index, maps.get(index));
    }

    /** A number that nothing had before, for what has to be told apart. */
    int newId() {
        return ++lastId;
    }

    /** A refusal about a register, as it stands. */
    Refusal refuse(PathState state, ViolationKind kind, int register, String message, String required) {
        Value value = state.get(register);
        String found = 'r' + String.valueOf(register) + " holds " + Description.of(value);
        return new Refusal(
                violation(state.slot, kind, message, register, value.text(), required, found, state.branches()));
    }

    /** A refusal about an instruction or what a path holds. */
    Refusal refuse(PathState state, ViolationKind kind, String message, String required, String found) {
        return new Refusal(violation(state.slot, kind, message, Violation.NONE, "", required, found, state.branches()));
    }

    /** A refusal about a place, before any path was walked. */
    Refusal refuse(int slot, ViolationKind kind, String message) {
        return new Refusal(violation(slot, kind, message, Violation.NONE, "", kind.rule(), message, List.of()));
    }

    private Violation violation(
            int slot,
            ViolationKind kind,
            String message,
            int register,
            String state,
            String required,
            String found,
            List<Integer> path) {
        Instruction instruction =
                slot >= 0 && slot < spec.code().slots() ? spec.code().at(slot) : null;
        return new Violation(
                kind,
                message,
                slot,
                instruction == null ? "" : text.of(instruction),
                slot < 0 ? null : spec.lineAt(slot),
                register,
                state,
                required,
                found,
                kind.suggestion(),
                path);
    }
}
