// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.InstructionText;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;

/** What was walked, in the manner of the kernel's verifier log; bounded, see {@link WalkLog}. */
final class VerifierLog {
    private static final int WHOLE_STATE = 2;

    private final ProgramSpec spec;
    private final InstructionText instructions;
    private final int level;
    private final LogTail text = new LogTail(WalkLog.MAX_BYTES);
    private final Value[] before = new Value[Instruction.REGISTERS];
    private @Nullable SourceLine lastLine;

    VerifierLog(ProgramSpec spec, InstructionText instructions, int level) {
        this.spec = spec;
        this.instructions = instructions;
        this.level = level;
    }

    void before(PathState state, int slot, Instruction instruction) {
        if (level == 0) {
            return;
        }
        SourceLine line = spec.lineAt(slot);
        if (line != null && !Objects.equals(line, lastLine)) {
            text.append("; " + line.text().strip() + " @ " + line.file() + ':' + line.line() + '\n');
            lastLine = line;
        }
        if (level >= WHOLE_STATE) {
            text.append(registers(state, true) + '\n');
        }
        text.append(slot + ": " + instructions.of(instruction));
        for (int i = 0; i < before.length; i++) {
            before[i] = state.get(i);
        }
    }

    /** Registers that the instruction changed. */
    void after(PathState state, int slot, Instruction instruction) {
        if (level == 0) {
            return;
        }
        String changed = registers(state, false);
        text.append(changed.isEmpty() ? "\n" : "  ; " + changed + '\n');
        boolean jumps = instruction instanceof Instruction.Branch || instruction instanceof Instruction.Call;
        if (jumps && state.slot != slot + 1) {
            text.append("goes on at " + state.slot + '\n');
        }
    }

    private String registers(PathState state, boolean all) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < before.length; i++) {
            Value value = state.get(i);
            boolean shows = all ? !(value instanceof Undefined) : !value.equals(before[i]);
            if (shows) {
                line.append(line.isEmpty() ? "" : " ")
                        .append('R')
                        .append(i)
                        .append('=')
                        .append(value.text());
            }
        }
        return line.toString();
    }

    /** The path ends in a state that was walked from before. */
    void ends(PathState state) {
        if (level > 0) {
            text.append(state.slot + ": safe: as before\n");
        }
    }

    void refused(Violation violation) {
        if (level > 0) {
            text.append("\n" + violation.message() + "\n");
        }
    }

    WalkLog tail() {
        return level == 0 ? WalkLog.NONE : text.tail();
    }
}
