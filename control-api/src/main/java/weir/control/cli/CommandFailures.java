// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.control.program.ReplayException;
import weir.core.port.PortException;

/** Turns what other packages throw into what a command says. */
final class CommandFailures {
    private static final String NO_OTHER_HINT = "'weir doctor' shows what this machine lacks";

    private CommandFailures() {}

    static CommandFailure of(ExitCode exitCode, PortException e) {
        return of(exitCode, e, e.hint());
    }

    /** With the exit code of its kind. */
    static CommandFailure of(ReplayException e) {
        ExitCode code = switch (e.kind()) {
            case USAGE -> ExitCode.USAGE;
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case CONTENT -> ExitCode.FAILURE;
        };
        return of(code, e, e.hint());
    }

    static CommandFailure of(ExitCode exitCode, Exception e, String hint) {
        return new CommandFailure(exitCode, String.valueOf(e.getMessage()), hint.isEmpty() ? NO_OTHER_HINT : hint, e);
    }
}
