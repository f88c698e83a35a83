// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.ebpf.isa.Disassembler;
import weir.ebpf.isa.Instruction;
import weir.ebpf.program.ProgramSpec;
import weir.ebpf.program.SourceLine;

/** What was walked, in the manner of the kernel's verifier log; bounded. */
final class VerifierLog {
    private static final int MAX_CHARACTERS = 4 << 20;
    private static final int WHOLE_STATE = 2;

    private final ProgramSpec spec;
    private final int level;
    private final StringBuilder text = new StringBuilder();
    private final Value[] before = new Value[Instruction.REGISTERS];
    private @Nullable SourceLine lastLine;
    private boolean isFull;

    VerifierLog(ProgramSpec spec, int level) {
        this.spec = spec;
        this.level = level;
    }

    void before(PathState state, int slot, Instruction instruction) {
        if (level == 0 || isFull) {
            return;
        }
        SourceLine line = spec.lineAt(slot);
        if (line != null && !Objects.equals(line, lastLine)) {
            append("; " + line.text().strip() + " @ " + line.file() + ':' + line.line() + '\n');
            lastLine = line;
        }
        if (level >= WHOLE_STATE) {
            append(registers(state, true) + '\n');
        }
        append(slot + ": " + Disassembler.text(instruction));
        for (int i = 0; i < before.length; i++) {
            before[i] = state.get(i);
        }
    }

    /** Registers that the instruction changed. */
    void after(PathState state, int slot, Instruction instruction) {
        if (level == 0 || isFull) {
            return;
        }
        String changed = registers(state, false);
        append(changed.isEmpty() ? "\n" : "  ; " + changed + '\n');
        boolean jumps = instruction instanceof Instruction.Branch || instruction instanceof Instruction.Call;
        if (jumps && state.slot != slot + 1) {
            append("goes on at " + state.slot + '\n');
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
        if (level > 0 && !isFull) {
            append(state.slot + ": safe: as before\n");
        }
    }

    void refused(Violation violation) {
        if (level > 0) {
            append('\n' + violation.message() + '\n');
        }
    }

    private void append(String more) {
        if (text.length() + more.length() > MAX_CHARACTERS) {
            isFull = true;
            text.append("...\n");
        } else {
            text.append(more);
        }
    }

    String text() {
        return text.toString();
    }
}
