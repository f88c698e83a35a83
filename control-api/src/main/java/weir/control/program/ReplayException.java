// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

/** A program cannot be run on a capture: one line of cause, one of what to do. */
public final class ReplayException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    ReplayException(String cause, String hint) {
        super(cause);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
