// SPDX-License-Identifier: Apache-2.0

package weir.control.manual;

import java.util.IllegalFormatException;
import java.util.Locale;

/** Texts in annotations of picocli. */
public final class HelpText {
    private HelpText() {}

    /** As picocli shows it: a format string, or where it is none, the text as it is. */
    public static String resolve(String text) {
        try {
            return String.format(Locale.ROOT, text);
        } catch (IllegalFormatException e) {
            return text;
        }
    }
}
