// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ColoursTest {
    @Test
    void areForTerminalsOnly() {
        assertEquals(Colours.ANSI, Colours.of(true, Map.of("TERM", "xterm")));
        assertEquals(Colours.NONE, Colours.of(false, Map.of("TERM", "xterm")));
    }

    @Test
    void stayAwayWhenNobodyWantsThem() {
        assertEquals(Colours.NONE, Colours.of(true, Map.of("NO_COLOR", "1")));
        assertEquals(Colours.ANSI, Colours.of(true, Map.of("NO_COLOR", "")));
        assertEquals(Colours.NONE, Colours.of(true, Map.of("TERM", "dumb")));
    }

    @Test
    void leaveTheTextAsItIsWithoutATerminal() {
        assertEquals("error:", Colours.NONE.error("error:"));
        assertEquals("\033[1;31merror:\033[0m", Colours.ANSI.error("error:"));
    }
}
