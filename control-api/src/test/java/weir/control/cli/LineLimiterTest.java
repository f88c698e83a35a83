// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LineLimiterTest {
    private static final long SECOND = 1_000_000_000;

    private final LineLimiter limiter = new LineLimiter(2, -SECOND);

    @Test
    void letsLinesThroughUpToTheLimit() {
        assertEquals(List.of("a"), limiter.admit("a", -1));
        assertEquals(List.of("b"), limiter.admit("b", -1));
        assertEquals(List.of(), limiter.admit("c", -1));
    }

    @Test
    void saysInTheNextSecondHowManyItKeptBack() {
        for (String line : List.of("a", "b", "c", "d", "e")) {
            limiter.admit(line, 0);
        }

        assertEquals(List.of("3 events not shown", "f"), limiter.admit("f", SECOND));
        assertEquals(List.of("g"), limiter.admit("g", SECOND));
        assertEquals(List.of("h"), limiter.admit("h", 2 * SECOND));
    }
}
