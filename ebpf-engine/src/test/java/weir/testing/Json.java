// SPDX-License-Identifier: Apache-2.0

package weir.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) for tests: {@code Map<String, Object>} in the order of the text, {@code List<Object>}, {@code
 * String}, {@code Long}, {@code Double}, {@code Boolean} and null.
 *
 * <p>A number without fraction and exponent is a {@code Long} and must fit one; any other is a {@code Double}. A key
 * given twice is an error. The accessors throw {@link IllegalArgumentException} with the key where the type is another
 * one.
 */
public final class Json {
    private static final int MAX_DEPTH = 200;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * One JSON value, and nothing behind it.
     *
     * @throws IllegalArgumentException with the place, if the text is not JSON
     */
    public static @Nullable Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at != text.length()) {
            throw json.error("nothing more");
        }
        return value;
    }

    /** What a file holds, UTF-8. */
    public static @Nullable Object read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The value as an object. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) typed(value, Map.class, "value");
    }

    /** The value as a list. */
    @SuppressWarnings("unchecked")
    public static List<Object> list(@Nullable Object value) {
        return (List<Object>) typed(value, List.class, "value");
    }

    /** The value as a list of objects. */
    public static List<Map<String, Object>> objects(@Nullable Object value) {
        return list(value).stream().map(Json::object).toList();
    }

    public static Map<String, Object> object(Map<String, Object> parent, String key) {
        return object(typed(parent.get(key), Map.class, key));
    }

    public static List<Object> list(Map<String, Object> parent, String key) {
        return list(typed(parent.get(key), List.class, key));
    }

    public static List<Map<String, Object>> objects(Map<String, Object> parent, String key) {
        return list(parent, key).stream().map(Json::object).toList();
    }

    public static String string(Map<String, Object> parent, String key) {
        return typed(parent.get(key), String.class, key);
    }

    /** The string, or the other one where the key is absent or null. */
    public static String string(Map<String, Object> parent, String key, String otherwise) {
        return parent.get(key) == null ? otherwise : string(parent, key);
    }

    public static long number(Map<String, Object> parent, String key) {
        return typed(parent.get(key), Long.class, key);
    }

    /** The number, or the other one where the key is absent or null. */
    public static long number(Map<String, Object> parent, String key, long otherwise) {
        return parent.get(key) == null ? otherwise : number(parent, key);
    }

    public static boolean bool(Map<String, Object> parent, String key) {
        return typed(parent.get(key), Boolean.class, key);
    }

    private static <T> T typed(@Nullable Object value, Class<T> type, String key) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    key + ": expected " + type.getSimpleName() + ", found " + (value == null ? "nothing" : value));
        }
        return type.cast(value);
    }

    private @Nullable Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("a depth of at most " + MAX_DEPTH);
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> objectBody(depth);
            case '[' -> listBody(depth);
            case '"' -> quoted();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> numeral();
        };
    }

    private Map<String, Object> objectBody(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (take('}')) {
            return members;
        }
        do {
            skipSpace();
            String key = quoted();
            skipSpace();
            expect(':');
            Object value = value(depth + 1);
            if (members.containsKey(key)) {
                throw error("each key once, not again \"" + key + '"');
            }
            members.put(key, value);
            skipSpace();
        } while (take(','));
        expect('}');
        return members;
    }

    private List<Object> listBody(int depth) {
        List<Object> items = new ArrayList<>();
        at++;
        skipSpace();
        if (take(']')) {
            return items;
        }
        do {
            items.add(value(depth + 1));
            skipSpace();
        } while (take(','));
        expect(']');
        return items;
    }

    private String quoted() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char next = peek();
            if (next < ' ') {
                throw error("the rest of a string");
            }
            at++;
            if (next == '"') {
                return out.toString();
            }
            out.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() {
        char kind = peek();
        at++;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> {
                at--;
                throw error("an escape");
            }
        };
    }

    private char hexadecimal() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw error("four hexadecimal digits");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private Object numeral() {
        int start = at;
        take('-');
        if (!take('0')) {
            digits();
        }
        boolean whole = true;
        if (take('.')) {
            whole = false;
            digits();
        }
        if (take('e') || take('E')) {
            whole = false;
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        String numeral = text.substring(start, at);
        if (!whole) {
            return Double.valueOf(numeral);
        }
        try {
            return Long.valueOf(numeral);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("at " + start + ": " + numeral + " does not fit 64 bits", e);
        }
    }

    private void digits() {
        if (!isDigit(peek())) {
            throw error("a value");
        }
        while (isDigit(peek())) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw error(word);
        }
        at += word.length();
        return value;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character; NUL at the end, which no place takes for anything. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean take(char wanted) {
        boolean there = peek() == wanted;
        if (there) {
            at++;
        }
        return there;
    }

    private void expect(char wanted) {
        if (!take(wanted)) {
            throw error("'" + wanted + "'");
        }
    }

    private IllegalArgumentException error(String expected) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException("at " + at + ": expected " + expected + ", found " + found);
    }
}
