// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

import java.util.List;
import weir.ebpf.verifier.Violation;

/** A program or map cannot be loaded; the message names it, the place, and what was needed. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    /** {@link #slot} of what is about no instruction. */
    public static final int NO_SLOT = -1;

    private final String what;
    private final int slot;
    private final transient List<Violation> violations;

    public LoadException(String message) {
        super(message);
        what = message;
        slot = NO_SLOT;
        violations = List.of();
    }

    /**
     * About one instruction.
     *
     * @param place which program and instruction, in words
     * @param what is wrong there
     */
    public LoadException(String place, String what, int slot) {
        super(place + ": " + what);
        this.what = what;
        this.slot = slot;
        violations = List.of();
    }

    /** The verifier refused a program; there is at least one reason. */
    LoadException(String place, List<Violation> violations) {
        super(place + ": " + violations.getFirst().text());
        Violation first = violations.getFirst();
        this.what = first.text();
        this.slot = first.slot();
        this.violations = List.copyOf(violations);
    }

    /** Why the verifier refused a program, the first reason first; empty when something else is wrong. */
    public List<Violation> violations() {
        return violations;
    }

    /** What is wrong, without the place where that is an instruction. */
    public String what() {
        return what;
    }

    /** Slot of the instruction, or {@link #NO_SLOT}. */
    public int slot() {
        return slot;
    }
}
