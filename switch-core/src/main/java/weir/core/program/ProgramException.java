// SPDX-License-Identifier: Apache-2.0
package weir.core.program;

/** A program cannot be attached where it was asked for; what ran there before still does. */
public final class ProgramException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    /**
     * @param message cause in one line
     * @param hint what to do instead; may be empty
     */
    public ProgramException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
