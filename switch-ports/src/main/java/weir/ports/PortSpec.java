// SPDX-License-Identifier: Apache-2.0
package weir.ports;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import weir.core.port.PortException;

/**
 * A port spec taken apart, whatever its kind: {@code KIND:TARGET[?OPTION=VALUE[&OPTION=VALUE...]]}. What
 * target and options mean is the kind's matter.
 *
 * @param text the spec as it was written
 * @param kind in front of the first colon, not empty
 * @param target behind it, may be empty
 * @param options in the order in which they were written
 */
public record PortSpec(String text, String kind, String target, Map<String, String> options) {
    private static final int MAX_LENGTH = 1024;
    private static final String FORM = "write KIND:TARGET?OPTION=VALUE&OPTION=VALUE, such as tap:t1?queues=2";

    public PortSpec {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Takes a spec apart. */
    public static PortSpec parse(String text) throws PortException {
        if (text.length() > MAX_LENGTH) {
            throw new PortException("port spec of " + text.length() + " characters is longer than " + MAX_LENGTH, FORM);
        }
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new PortException("port spec " + quote(text) + " does not start with a kind and a colon", FORM);
        }
        int question = text.indexOf('?', colon);
        String target = question < 0 ? text.substring(colon + 1) : text.substring(colon + 1, question);
        Map<String, String> options = new LinkedHashMap<>();
        if (question >= 0) {
            for (String each : text.substring(question + 1).split("&", -1)) {
                putOption(text, each, options);
            }
        }
        return new PortSpec(text, text.substring(0, colon), target, options);
    }

    /** Begins a spec as text. */
    public static Writer writer(String kind, String target) {
        return new Writer(kind, target);
    }

    /** A spec that is written option by option. One thread. */
    public static final class Writer {
        private final StringBuilder text = new StringBuilder();
        private char separator = '?';

        private Writer(String kind, String target) {
            text.append(kind).append(':').append(target);
        }

        /**
         * Writes an option.
         *
         * @param value null leaves it out: it has its default
         */
        public Writer option(String name, @Nullable Object value) {
            if (value != null) {
                text.append(separator).append(name).append('=').append(value);
                separator = '&';
            }
            return this;
        }

        /** The spec so far. */
        @Override
        public String toString() {
            return text.toString();
        }
    }

    private static void putOption(String text, String option, Map<String, String> options) throws PortException {
        int equals = option.indexOf('=');
        if (equals <= 0) {
            throw new PortException("option " + quote(option) + " in " + quote(text) + " has no name and value", FORM);
        }
        String name = option.substring(0, equals);
        if (options.put(name, option.substring(equals + 1)) != null) {
            throw new PortException("option " + quote(name) + " stands twice in " + quote(text), "keep one of them");
        }
    }

    /** Refuses options that the kind does not know. */
    public void requireKnownOptions(SortedSet<String> known) throws PortException {
        for (String name : options.keySet()) {
            if (!known.contains(name)) {
                throw new PortException(
                        "unknown option " + quote(name) + " in " + quote(text),
                        kind + " ports know the options " + String.join(", ", known));
            }
        }
    }

    /** The option as a number, or {@code absent} when it is not there. */
    public int number(String option, int min, int max, int absent) throws PortException {
        String value = options.get(option);
        if (value == null) {
            return absent;
        }
        String range = option + " is a number from " + min + " to " + max;
        // Ten digits hold every int; parseInt would also take a sign and digits of other scripts.
        if (!value.matches("[0-9]{1,10}")) {
            throw new PortException(option + " " + quote(value) + " in " + quote(text) + " is not a number", range);
        }
        long number = Long.parseLong(value);
        if (number < min || number > max) {
            throw new PortException(
                    option + " " + number + " in " + quote(text) + " is out of range [" + min + ", " + max + "]",
                    range);
        }
        return (int) number;
    }

    /** The option as on or off, or {@code absent} when it is not there. */
    public boolean isOn(String option, boolean absent) throws PortException {
        String value = options.get(option);
        if (value == null) {
            return absent;
        }
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default ->
                throw new PortException(
                        option + " " + quote(value) + " in " + quote(text) + " is neither on nor off",
                        "write " + option + "=" + (absent ? "off" : "on") + ", or leave it out");
        };
    }

    /** Quotes text from outside for a one-line message: control characters are written as escapes. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < ' ' || c >= 0x7f) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
