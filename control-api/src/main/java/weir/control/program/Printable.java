// SPDX-License-Identifier: Apache-2.0
package weir.control.program;

/** Text of strangers (names, source lines, comments) on its way to a terminal. */
public final class Printable {
    private Printable() {}

    /** The text with what is not printable as an escape: a NUL is {@code \u0000}. */
    public static String of(String text) {
        if (text.chars().noneMatch(Printable::isUnsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder();
        text.chars().forEach(c -> {
            if (isUnsafe(c)) {
                safe.append(String.format("\\u%04x", c));
            } else {
                safe.append((char) c);
            }
        });
        return safe.toString();
    }

    /** Control characters, and formatting ones that change what is seen. */
    private static boolean isUnsafe(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
    }
}
