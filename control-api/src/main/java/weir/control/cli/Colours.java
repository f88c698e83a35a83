// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Map;

/** Escape sequences of terminals (ECMA-48, SGR) around text that people should see first. */
enum Colours {
    /** Text as it is. */
    NONE,
    /** For terminals. */
    ANSI;

    private static final String RESET = "\033[0m";
    private static final String BOLD = "\033[1m";
    private static final String RED = "\033[1;31m";
    private static final String GREEN = "\033[1;32m";
    private static final String CYAN = "\033[1;36m";

    /** Colours on a terminal, unless {@code NO_COLOR} says otherwise (no-color.org) or the terminal has none. */
    static Colours of(boolean isTerminal, Map<String, String> environment) {
        boolean unwanted =
                !environment.getOrDefault("NO_COLOR", "").isEmpty() || "dumb".equals(environment.get("TERM"));
        return isTerminal && !unwanted ? ANSI : NONE;
    }

    String bold(String text) {
        return in(BOLD, text);
    }

    String error(String text) {
        return in(RED, text);
    }

    String good(String text) {
        return in(GREEN, text);
    }

    String hint(String text) {
        return in(CYAN, text);
    }

    private String in(String sequence, String text) {
        return this == NONE ? text : sequence + text + RESET;
    }
}
