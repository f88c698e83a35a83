// SPDX-License-Identifier: Apache-2.0

package weir.control.plane;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weir.control.program.ReplayException;
import weir.control.program.ViolationReport;
import weir.control.topology.DefinitionErrors;
import weir.core.port.PortException;

/** What was asked of the daemon is not done, and nothing of it is. One line of cause, one of what to do instead. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Kinds of refusal; part of the API by their {@link #label}. */
    public enum Code {
        /** The request makes no sense. */
        INVALID(400, "invalid"),
        NOT_FOUND(404, "not_found"),
        /** A name, a number or an interface is taken. */
        CONFLICT(409, "conflict"),
        /** The configuration is another one than the client has seen. */
        STALE(412, "stale"),
        /** The verifier refused a program. */
        PROGRAM_REJECTED(422, "program_rejected"),
        /** An interface, a namespace, a peer, or a program of an object that the request names is not there. */
        MISSING(422, "missing"),
        /** An object, a port or a setting cannot be used here. */
        UNUSABLE(422, "unusable"),
        /** The state cannot be kept on disk. */
        STORAGE(507, "storage");

        private final int status;
        private final String label;

        Code(int status, String label) {
            this.status = status;
            this.label = label;
        }

        /** Status code of HTTP. */
        public int status() {
            return status;
        }

        public String label() {
            return label;
        }
    }

    /**
     * What is wrong at one place of a request.
     *
     * @param pointer JSON pointer (RFC 6901)
     */
    public record FieldError(String pointer, String detail) {}

    private final Code code;
    private final String hint;
    private final transient List<FieldError> errors;
    private final transient List<ViolationReport> violations;

    /**
     * @param cause one line, lower case, no full stop, with the values that matter
     * @param hint what to do instead; empty when there is nothing to say
     */
    public ControlException(Code code, String cause, String hint) {
        this(code, cause, hint, List.of(), List.of(), null);
    }

    /** With the places of a request that are wrong, and what the verifier says of a program. */
    public ControlException(
            Code code,
            String cause,
            String hint,
            List<FieldError> errors,
            List<ViolationReport> violations,
            @Nullable Throwable origin) {
        super(cause, origin);
        this.code = Objects.requireNonNull(code);
        this.hint = Objects.requireNonNull(hint);
        this.errors = List.copyOf(errors);
        this.violations = List.copyOf(violations);
    }

    public static ControlException notFound(String cause, String hint) {
        return new ControlException(Code.NOT_FOUND, cause, hint);
    }

    public static ControlException conflict(String cause, String hint) {
        return new ControlException(Code.CONFLICT, cause, hint);
    }

    public static ControlException invalid(String pointer, String cause, String hint) {
        return new ControlException(
                Code.INVALID, cause, hint, List.of(new FieldError(pointer, cause)), List.of(), null);
    }

    /** A definition is wrong: all that is wrong with it, the first in the title. */
    public static ControlException of(DefinitionErrors wrong) {
        List<DefinitionErrors.Place> places = wrong.places();
        String more = places.size() == 1 ? "" : "; and " + (places.size() - 1) + " more";
        return new ControlException(
                Code.INVALID,
                places.getFirst().cause() + more,
                places.getFirst().hint(),
                places.stream()
                        .map(place -> new FieldError(
                                place.pointer(),
                                place.hint().isEmpty() ? place.cause() : place.cause() + "; " + place.hint()))
                        .toList(),
                List.of(),
                wrong);
    }

    /**
     * A map or an entry of it is not what was thought.
     *
     * @param pointer where the request says so
     */
    public static ControlException of(ReplayException refusal, String pointer) {
        String cause = String.valueOf(refusal.getMessage());
        return switch (refusal.kind()) {
            case USAGE ->
                new ControlException(
                        Code.INVALID,
                        cause,
                        refusal.hint(),
                        List.of(new FieldError(pointer, cause)),
                        List.of(),
                        refusal);
            case NOT_FOUND ->
                new ControlException(Code.NOT_FOUND, cause, refusal.hint(), List.of(), List.of(), refusal);
            case CONTENT -> new ControlException(Code.UNUSABLE, cause, refusal.hint(), List.of(), List.of(), refusal);
        };
    }

    /** A port cannot be opened. */
    public static ControlException of(PortException e) {
        Code code = switch (e.kind()) {
            case NOT_FOUND, GONE, NO_PEER -> Code.MISSING;
            case FAILED -> Code.UNUSABLE;
        };
        return new ControlException(code, String.valueOf(e.getMessage()), e.hint(), List.of(), List.of(), e);
    }

    public Code code() {
        return code;
    }

    public String hint() {
        return hint;
    }

    public List<FieldError> errors() {
        return errors;
    }

    public List<ViolationReport> violations() {
        return violations;
    }
}
