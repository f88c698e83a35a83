// SPDX-License-Identifier: Apache-2.0

package weir.control.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
    private static final List<String> COMMANDS = List.of("demo", "run", "doctor", "bench", "switch", "port", "fdb");

    @Test
    void findsSwappedMissingAndWrongLetters() {
        assertEquals(List.of("demo"), Spelling.near("dmeo", COMMANDS));
        assertEquals(List.of("doctor"), Spelling.near("docter", COMMANDS));
        assertEquals(List.of("switch"), Spelling.near("swich", COMMANDS));
        assertEquals(List.of("bench"), Spelling.near("benhc", COMMANDS));
    }

    @Test
    void findsNothingForAWordThatIsFarFromAll() {
        assertEquals(List.of(), Spelling.near("nosuch", COMMANDS));
        assertEquals(List.of(), Spelling.near("xyz", COMMANDS));
    }

    @Test
    void countsASwapAsOneEdit() {
        assertEquals(1, Spelling.distance("fial", "fail"));
        assertEquals(3, Spelling.distance("", "fdb"));
        assertEquals(0, Spelling.distance("port", "port"));
    }
}
