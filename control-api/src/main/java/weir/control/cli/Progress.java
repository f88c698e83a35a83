// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;

/** Tells a waiting person what goes on, in one line that is overwritten; silent unless somebody watches. */
final class Progress implements AutoCloseable {
    private final PrintWriter err;
    private final boolean watched;
    private int shown;

    private Progress(PrintWriter err, boolean watched) {
        this.err = err;
        this.watched = watched;
    }

    /** Shows steps on standard error when the process has a terminal. */
    static Progress on(PrintWriter err) {
        return new Progress(err, isTerminal());
    }

    /** Whether standard input and output are a terminal. */
    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    boolean isWatched() {
        return watched;
    }

    /** Replaces the line. */
    void show(String step) {
        if (watched) {
            err.print("\r" + step + " ".repeat(Math.max(0, shown - step.length())));
            err.flush();
            shown = step.length();
        }
    }

    /** Removes the line. */
    @Override
    public void close() {
        if (shown > 0) {
            show("");
            err.print("\r");
            err.flush();
            shown = 0;
        }
    }
}
