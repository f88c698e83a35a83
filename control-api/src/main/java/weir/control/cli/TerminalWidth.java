// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Map;

/** How wide the terminal is, as far as the launcher or the shell has said so. */
final class TerminalWidth {
    /** Where nobody looks, or nobody says. */
    static final int UNLIMITED = Integer.MAX_VALUE;

    /** Below, nothing would be readable. */
    private static final int LEAST = 20;

    private TerminalWidth() {}

    /** Columns of the terminal; {@link #UNLIMITED} where output goes elsewhere. */
    static int ofThisProcess() {
        return of(Progress.isTerminal(), System.getenv());
    }

    static int of(boolean isTerminal, Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        if (!isTerminal || !columns.matches("[1-9][0-9]{0,4}")) {
            return UNLIMITED;
        }
        return Math.max(LEAST, Integer.parseInt(columns));
    }
}
