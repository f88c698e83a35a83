// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import org.jspecify.annotations.Nullable;

/** A lab cannot be made, or be taken down: one line of cause, one line of what to do. */
public final class LabException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isMissing;
    private final String hint;

    LabException(String cause, String hint) {
        this(cause, hint, null);
    }

    LabException(String cause, String hint, @Nullable Throwable origin) {
        this(false, cause, hint, origin);
    }

    private LabException(boolean isMissing, String cause, String hint, @Nullable Throwable origin) {
        super(cause, origin);
        this.isMissing = isMissing;
        this.hint = hint;
    }

    static LabException missing(String cause, String hint) {
        return new LabException(true, cause, hint, null);
    }

    /** Whether there is no such lab. */
    public boolean isMissing() {
        return isMissing;
    }

    /** What to do instead. */
    public String hint() {
        return hint;
    }
}
