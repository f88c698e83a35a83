// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalWidthTest {
    @Test
    void isWhatTheShellSaysOnATerminalAndNoLimitElsewhere() {
        assertEquals(100, TerminalWidth.of(true, Map.of("COLUMNS", "100")));
        assertEquals(20, TerminalWidth.of(true, Map.of("COLUMNS", "3")));
        assertEquals(TerminalWidth.UNLIMITED, TerminalWidth.of(true, Map.of()));
        assertEquals(TerminalWidth.UNLIMITED, TerminalWidth.of(true, Map.of("COLUMNS", "0x10")));
        assertEquals(TerminalWidth.UNLIMITED, TerminalWidth.of(false, Map.of("COLUMNS", "100")));
    }

    @Test
    void tablesCutTextAndNeverNumbers() {
        StringWriter out = new StringWriter();
        new TextTable("PORT", "SPEC", "FRAMES")
                .row("a", "tap:a?netns=/run/netns/a-long-name", 1_234_567)
                .print(new PrintWriter(out), 40, true);
        assertEquals("""
                PORT  SPEC                        FRAMES
                a     tap:a?netns=/run/net...  1,234,567
                """, out.toString());
    }
}
