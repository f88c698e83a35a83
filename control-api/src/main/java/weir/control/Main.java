// SPDX-License-Identifier: Apache-2.0

package weir.control;

import weir.control.cli.WeirCommandLine;

/** The entry point of the process. */
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name; the exit code is one of {@link weir.control.cli.ExitCode}. */
    public static void main(String[] args) {
        System.exit(WeirCommandLine.of(args).run(args));
    }
}
