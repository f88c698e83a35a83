// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import weir.control.client.DaemonException;
import weir.control.program.ReplayException;
import weir.control.station.StationException;
import weir.core.port.PortException;

/** Turns what other packages throw into what a command says. */
final class CommandFailures {
    private static final String NO_OTHER_HINT = "'weir doctor' shows what this machine lacks";

    private CommandFailures() {}

    /** A wrong spec, whatever its kind. */
    static CommandFailure ofSpec(PortException e) {
        return of(ExitCode.USAGE, e, e.hint());
    }

    /** A port that cannot be opened, with the exit code of its kind. */
    static CommandFailure of(PortException e) {
        ExitCode code = switch (e.kind()) {
            case NOT_FOUND, GONE, NO_PEER -> ExitCode.NOT_FOUND;
            case FAILED -> ExitCode.FAILURE;
        };
        return of(code, e, e.hint());
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

    /**
     * With the exit code of its kind, and of the code that the daemon gives.
     *
     * @param help what shows how to call the command, for what makes no sense and has no hint
     */
    static CommandFailure of(DaemonException e, String help) {
        ExitCode code = switch (e.kind()) {
            case UNREACHABLE -> ExitCode.DAEMON_UNREACHABLE;
            case BAD_ANSWER -> ExitCode.FAILURE;
            case REFUSED ->
                switch (e.refusal().code()) {
                    case "invalid" -> ExitCode.USAGE;
                    case "not_found", "missing" -> ExitCode.NOT_FOUND;
                    case "program_rejected" -> ExitCode.PROGRAM_REJECTED;
                    default -> ExitCode.FAILURE;
                };
        };
        return of(code, e, code == ExitCode.USAGE && e.hint().isEmpty() ? help : e.hint());
    }

    /** With the exit code of its kind. */
    static CommandFailure of(StationException e) {
        ExitCode code = switch (e.kind()) {
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case INVALID -> ExitCode.USAGE;
            case FAILED -> ExitCode.FAILURE;
        };
        return of(code, e, e.hint());
    }

    static CommandFailure of(ExitCode exitCode, Exception e, String hint) {
        return new CommandFailure(exitCode, String.valueOf(e.getMessage()), hint.isEmpty() ? NO_OTHER_HINT : hint, e);
    }
}
