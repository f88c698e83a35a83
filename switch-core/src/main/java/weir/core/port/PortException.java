// SPDX-License-Identifier: Apache-2.0
package weir.core.port;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A port could not be opened or attached. The message says what failed, the hint what to do. */
public final class PortException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String hint;

    /** What a caller can tell apart without reading the message. */
    public enum Kind {
        /** Something that the spec names does not exist: an interface, a namespace, a file, a folder. */
        NOT_FOUND,

        /** What the port belonged to has ended and will not come back: a container, and its namespace with it. */
        GONE,

        /** The socket at the other end does not exist; the process that makes it may come yet. */
        NO_PEER,

        /** Everything else: a wrong spec, no permission, in use, what the machine lacks. */
        FAILED
    }

    public PortException(String message, String hint) {
        this(Kind.FAILED, message, hint, null);
    }

    public PortException(String message, String hint, Throwable cause) {
        this(Kind.FAILED, message, hint, Objects.requireNonNull(cause));
    }

    /** Of any kind, with the exception behind it if there is one. */
    public PortException(Kind kind, String message, String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind);
        this.hint = hint;
    }

    /** Something that the spec names does not exist. */
    public static PortException notFound(String message, String hint) {
        return new PortException(Kind.NOT_FOUND, message, hint, null);
    }

    /** As above, with the exception that says so. */
    public static PortException notFound(String message, String hint, Throwable cause) {
        return new PortException(Kind.NOT_FOUND, message, hint, Objects.requireNonNull(cause));
    }

    /** What a caller can tell apart without reading the message. */
    public Kind kind() {
        return kind;
    }

    /** What to type or change instead; empty when there is nothing to say. */
    public String hint() {
        return hint;
    }
}
