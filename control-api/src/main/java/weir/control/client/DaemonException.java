// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.control.program.ViolationReport;

/** The daemon did not do what was asked. The message is one line of cause; nothing in it can change a terminal. */
public final class DaemonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Kind {
        /** Nobody answers, or not in time. */
        UNREACHABLE,
        /** What came is no answer of a daemon. */
        BAD_ANSWER,
        /** The daemon says no, see {@link Refusal}. */
        REFUSED
    }

    /**
     * What is wrong at one place of a request.
     *
     * @param pointer JSON pointer (RFC 6901)
     */
    public record FieldError(String pointer, String detail) {}

    /**
     * A problem (RFC 9457) of the daemon.
     *
     * @param status of HTTP
     * @param code what kind of refusal, {@code not_found}; empty when the answer is no problem of a daemon
     * @param errors places of the request that are wrong
     * @param violations what the verifier says of a program
     */
    public record Refusal(int status, String code, List<FieldError> errors, List<ViolationReport> violations) {
        /** None. */
        static final Refusal NONE = new Refusal(0, "", List.of(), List.of());

        public Refusal {
            errors = List.copyOf(errors);
            violations = List.copyOf(violations);
        }
    }

    private final Kind kind;
    private final String hint;
    private final transient Refusal refusal;

    DaemonException(Kind kind, String cause, String hint, @Nullable Throwable origin) {
        super(cause, origin);
        this.kind = kind;
        this.hint = hint;
        this.refusal = Refusal.NONE;
    }

    DaemonException(Refusal refusal, String cause, String hint) {
        super(cause);
        this.kind = Kind.REFUSED;
        this.hint = hint;
        this.refusal = refusal;
    }

    static DaemonException badAnswer(String cause) {
        return new DaemonException(
                Kind.BAD_ANSWER,
                "the daemon's answer makes no sense: " + cause,
                "see whether it is 'weir daemon' that listens there, and of this version",
                null);
    }

    public Kind kind() {
        return kind;
    }

    /** What to do instead; may be empty. */
    public String hint() {
        return hint;
    }

    /** What the daemon says; empty lists and no code for other kinds. */
    public Refusal refusal() {
        return refusal;
    }
}
