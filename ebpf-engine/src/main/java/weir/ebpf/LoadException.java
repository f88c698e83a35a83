// SPDX-License-Identifier: Apache-2.0
package weir.ebpf;

/** A program or map cannot be loaded; the message names it, the place, and what was needed. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    /** {@link #slot} of what is about no instruction. */
    public static final int NO_SLOT = -1;

    private final String what;
    private final int slot;

    public LoadException(String message) {
        super(message);
        what = message;
        slot = NO_SLOT;
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
