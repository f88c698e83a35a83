// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

/** A port could not be opened or attached. The message says what failed, the hint what to do. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    public PortException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    public PortException(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    /** What to type or change instead; empty when there is nothing to say. */
    public String hint() {
        return hint;
    }
}
