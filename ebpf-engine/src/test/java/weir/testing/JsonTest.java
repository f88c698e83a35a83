// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void readsEveryKindOfValue() {
        Object value = Json.parse("""
                { "a": [1, -2, 0, 9223372036854775807, 1.5, -2e3], "b": {"c": true, "d": false, "e": null},
                  "f": "x\\n\\"\\\\\\/\\u00e9\\ud83d\\ude00 \u00e9", "g": [], "h": {} }
                """);

        Map<String, Object> top = Json.object(value);
        assertEquals(List.of("a", "b", "f", "g", "h"), List.copyOf(top.keySet()));
        assertEquals(Arrays.<Object>asList(1L, -2L, 0L, Long.MAX_VALUE, 1.5, -2000.0), Json.list(top, "a"));
        assertEquals(true, Json.bool(Json.object(top, "b"), "c"));
        assertNull(Json.object(top, "b").get("e"));
        assertEquals("x\n\"\\/\u00e9\ud83d\ude00 \u00e9", Json.string(top, "f"));
        assertEquals(List.of(), Json.objects(top, "g"));
        assertEquals(Map.of(), Json.object(top, "h"));
        assertEquals("none", Json.string(top, "absent", "none"));
        assertEquals(7, Json.number(top, "absent", 7));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "^^~at 0: expected a value, found the end",
                "[1,]~at 3: expected a value, found ']'",
                "[1 2]~at 3: expected ']', found '2'",
                "{\"a\" 1}~at 5: expected ':', found '1'",
                "{\"a\":1,\"a\":2}~at 12: expected each key once, not again \"a\", found '}'",
                "\"ab~at 3: expected the rest of a string, found the end",
                "\"\\x\"~at 2: expected an escape, found 'x'",
                "\"\\u12g4\"~at 5: expected four hexadecimal digits, found 'g'",
                "01~at 1: expected nothing more, found '1'",
                "tru~at 0: expected true, found 't'",
                "9223372036854775808~at 0: 9223372036854775808 does not fit 64 bits",
                "1.~at 2: expected a value, found the end",
            })
    void refusesWhatIsNotJson(String text, String message) {
        var failure = assertThrows(IllegalArgumentException.class, () -> Json.parse(text));

        assertEquals(message, failure.getMessage());
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        assertThrows(IllegalArgumentException.class, () -> Json.parse("[".repeat(100_000)));
    }

    @Test
    void namesTheKeyWhoseTypeIsAnother() {
        Map<String, Object> top = Json.object(Json.parse("{\"a\": \"1\"}"));

        var failure = assertThrows(IllegalArgumentException.class, () -> Json.number(top, "a"));
        assertEquals("a: expected Long, found 1", failure.getMessage());
    }
}
