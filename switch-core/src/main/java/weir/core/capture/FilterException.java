// SPDX-License-Identifier: Apache-2.0
package weir.core.capture;

/** A filter cannot be used; the message says why, and names the place where there is one. */
public final class FilterException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String hint;

    /**
     * @param message cause in one line
     * @param hint what to do instead; may be empty
     */
    public FilterException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    public FilterException(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
