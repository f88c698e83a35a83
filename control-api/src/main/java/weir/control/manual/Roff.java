// SPDX-License-Identifier: Apache-2.0

package weir.control.manual;

import java.util.Locale;

/** Text in the macros of man(7), as groff and mandoc read them. */
final class Roff {
    private final StringBuilder text = new StringBuilder();

    /** Escapes what the formatter would take for itself; hyphens stay hyphens, to be searched for and copied. */
    static String escape(String plain) {
        String escaped = plain.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    static String bold(String plain) {
        return "\\fB" + escape(plain) + "\\fR";
    }

    static String italic(String plain) {
        return "\\fI" + escape(plain) + "\\fR";
    }

    /** The first line. Dates are read by programs, so they keep their hyphens. */
    Roff title(String name, String date, String source) {
        return macro("TH", quote(name.toUpperCase(Locale.ROOT)), "1", '"' + date + '"', quote(source), "\"Weir\"");
    }

    Roff section(String name) {
        return macro("SH", name);
    }

    /** A term and, below it, what it means. */
    Roff term(String formatted, String meaning) {
        return macro("TP").line(formatted).line(escape(meaning));
    }

    Roff paragraph() {
        return macro("PP");
    }

    /** Lines as they are. */
    Roff literal(Iterable<String> lines) {
        macro("nf");
        lines.forEach(each -> line(escape(each)));
        return macro("fi");
    }

    /** A line of text that is escaped already. */
    Roff line(String formatted) {
        text.append(formatted).append('\n');
        return this;
    }

    private Roff macro(String name, String... arguments) {
        text.append('.').append(name);
        for (String argument : arguments) {
            text.append(' ').append(argument);
        }
        text.append('\n');
        return this;
    }

    private static String quote(String plain) {
        return '"' + escape(plain) + '"';
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
