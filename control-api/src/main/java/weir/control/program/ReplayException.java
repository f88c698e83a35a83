// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

/** What was typed or read does not do: one line of cause, one of what to do. */
public final class ReplayException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Kind {
        /** What was typed. */
        USAGE,
        /** Something of that name is not there. */
        NOT_FOUND,
        /** What the files hold. */
        CONTENT
    }

    private final Kind kind;
    private final String hint;

    ReplayException(Kind kind, String cause, String hint) {
        super(cause);
        this.kind = kind;
        this.hint = hint;
    }

    public Kind kind() {
        return kind;
    }

    public String hint() {
        return hint;
    }
}
