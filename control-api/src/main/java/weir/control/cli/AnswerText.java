// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import weir.control.program.Printable;

/** Fields of the daemon's answers as people read them. */
final class AnswerText {
    private static final String NONE = "-";

    private AnswerText() {}

    /** A text, or {@code -} for none. */
    static String text(JsonNode node, String field) {
        String text = node.path(field).asString("");
        return text.isEmpty() ? NONE : Printable.of(text);
    }

    /** A whole number, or {@code -} for none. */
    static Object number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : NONE;
    }

    /** With one decimal, or {@code -} for none. */
    static String decimal(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%,.1f", value.doubleValue()) : NONE;
    }

    /** Sum of an object's numbers. */
    static long sum(JsonNode counts) {
        return counts.valueStream().mapToLong(count -> count.asLong(0)).sum();
    }

    /** {@code hairpin 12, runt 3}, or {@code none}. */
    static String counts(JsonNode counts) {
        String text = counts.propertyStream()
                .filter(each -> each.getValue().asLong(0) != 0)
                .map(each -> Printable.of(each.getKey())
                        + String.format(Locale.ROOT, " %,d", each.getValue().asLong(0)))
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "none" : text;
    }

    /** {@code BLOCKED} for a port in a loop, else its state. */
    static String state(JsonNode port) {
        return port.path("loop_blocked").asBoolean(false) ? "BLOCKED" : text(port, "state");
    }

    /** A key or a value of a map, whatever its type. */
    static String value(JsonNode value) {
        return Printable.of(value.isValueNode() ? value.asString("") : value.toString());
    }
}
