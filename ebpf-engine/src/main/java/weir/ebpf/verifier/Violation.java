// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.verifier;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ebpf.program.SourceLine;

/**
 * Why a program is refused.
 *
 * @param kind the rule
 * @param message what is wrong, in the kernel's words where it has some
 * @param slot of the instruction; -1 where it is about the whole program
 * @param instruction in the kernel's text syntax; empty without one
 * @param line in the source; null without line information
 * @param register that it is about; -1 without one
 * @param state of that register, as the kernel's log writes it; empty without one
 * @param required what should be
 * @param found what is
 * @param suggestion what usually mends it; empty where nothing is known
 * @param path slots of the branches that lead here, oldest first, at most {@link #MAX_PATH}; negative
 *     ({@code -1 - slot}) where the branch was not taken
 */
public record Violation(
        ViolationKind kind,
        String message,
        int slot,
        String instruction,
        @Nullable SourceLine line,
        int register,
        String state,
        String required,
        String found,
        String suggestion,
        List<Integer> path) {
    /** Branches of {@link #path} that are kept, the last ones. */
    public static final int MAX_PATH = 16;

    /** {@link #slot} and {@link #register} of what has none. */
    public static final int NONE = -1;

    public Violation {
        path = List.copyOf(path);
    }

    /** One line: place and message. */
    public String text() {
        String place = slot == NONE ? "" : "instruction " + slot + ": ";
        return line == null ? place + message : line.file() + ':' + line.line() + ": " + place + message;
    }
}
