// SPDX-License-Identifier: Apache-2.0

package weir.control.station;

import org.jspecify.annotations.Nullable;

/** A station is not there, or is not as it should be: one line of cause, one line of what to do. */
public final class StationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Kind {
        /** There is no such container, process or interface. */
        NOT_FOUND,
        /** What was asked for makes no sense. */
        INVALID,
        /** All else: a name is taken, no permission, the kernel refuses. */
        FAILED
    }

    private final Kind kind;
    private final String hint;

    public StationException(Kind kind, String cause, String hint) {
        this(kind, cause, hint, null);
    }

    /** As above, with the exception behind it. */
    public StationException(Kind kind, String cause, String hint, @Nullable Throwable origin) {
        super(cause, origin);
        this.kind = kind;
        this.hint = hint;
    }

    public Kind kind() {
        return kind;
    }

    /** What to do instead. */
    public String hint() {
        return hint;
    }
}
