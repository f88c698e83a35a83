// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A command cannot do what was asked: one line of cause, one line of what to do, and the exit code. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final String hint;

    /**
     * @param cause one line, lower case, no full stop, with the values that matter
     * @param hint what to type, install or change instead
     */
    public CommandFailure(ExitCode exitCode, String cause, String hint) {
        this(exitCode, cause, hint, null);
    }

    /** As above, with the exception behind it, which is shown under {@code WEIR_DEBUG=1} only. */
    public CommandFailure(ExitCode exitCode, String cause, String hint, @Nullable Throwable origin) {
        super(cause, origin);
        this.exitCode = Objects.requireNonNull(exitCode);
        this.hint = Objects.requireNonNull(hint);
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    public String hint() {
        return hint;
    }
}
