// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

/** What the process tells its caller. */
public enum ExitCode {
    OK(0),
    FAILURE(1),
    USAGE(2),
    NOT_FOUND(3),
    PROGRAM_REJECTED(4),
    DAEMON_UNREACHABLE(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** The number given to the operating system. */
    public int number() {
        return number;
    }
}
