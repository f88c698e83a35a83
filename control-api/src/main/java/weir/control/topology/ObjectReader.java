// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import weir.control.text.Spelling;

/** Reads the fields of one JSON object, notes whatever is wrong, and at the end names the fields that nobody asked for. */
public final class ObjectReader {
    /** Nobody reads more, and a text of strangers may have very many. */
    private static final int MOST_ERRORS = 100;

    private final JsonNode node;
    private final String pointer;
    private final List<DefinitionErrors.Place> errors;
    private final Set<String> asked = new TreeSet<>();

    /** @param errors where errors are noted */
    public ObjectReader(JsonNode node, String pointer, List<DefinitionErrors.Place> errors) {
        this.node = node;
        this.pointer = pointer;
        this.errors = errors;
        if (!node.isObject()) {
            wrong(pointer, "this is " + kindOf(node) + ", not an object", "");
        }
    }

    /** Where the object stands; empty for the whole. */
    public String pointer() {
        return pointer;
    }

    /** Notes an error. */
    public void wrong(String at, String cause, String hint) {
        if (errors.size() < MOST_ERRORS) {
            errors.add(new DefinitionErrors.Place(at, cause, hint));
        }
    }

    /** Pointer to a field. */
    public String pointerTo(String field) {
        return pointer + "/" + field.replace("~", "~0").replace("/", "~1");
    }

    /** The names of all fields, for objects that are keyed by name. */
    public List<String> names() {
        List<String> names = new ArrayList<>(node.isObject() ? node.propertyNames() : List.of());
        asked.addAll(names);
        return names;
    }

    /** Pointer to what lies in a field, name by name. */
    String pointerTo(String field, String... within) {
        StringBuilder path = new StringBuilder(pointerTo(field));
        for (String name : within) {
            path.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return path.toString();
    }

    /** Text, a number or a truth value, as text; empty when it is absent. */
    public String scalar(String name) {
        return read(
                name,
                "",
                "text or a number",
                value -> value.isString() || value.isNumber() || value.isBoolean() ? value.asString() : null);
    }

    /** A field; null when it is absent or null. */
    public @Nullable JsonNode field(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private <T> T read(String name, T otherwise, String wanted, Function<JsonNode, @Nullable T> read) {
        JsonNode value = field(name);
        if (value == null) {
            return otherwise;
        }
        T known = read.apply(value);
        if (known == null) {
            wrong(pointerTo(name), "'" + name + "' is " + shown(value) + ", not " + wanted, "");
            return otherwise;
        }
        return known;
    }

    /** Text, or what it is when the field is absent. */
    public String text(String name, String otherwise) {
        return read(name, otherwise, "text", value -> value.isString() ? value.stringValue() : null);
    }

    /** True or false. */
    public boolean flag(String name, boolean otherwise) {
        return read(name, otherwise, "true or false", value -> value.isBoolean() ? value.booleanValue() : null);
    }

    /** A whole number of a range. */
    public int number(String name, int least, int most, int otherwise) {
        return read(
                name,
                otherwise,
                "a whole number from " + least + " to " + most,
                value -> value.isIntegralNumber()
                                && value.canConvertToInt()
                                && value.intValue() >= least
                                && value.intValue() <= most
                        ? value.intValue()
                        : null);
    }

    /** One of the constants of an enum, in lower case. */
    public <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
        Set<String> known = new LinkedHashSet<>();
        for (E each : type.getEnumConstants()) {
            known.add(each.name().toLowerCase(Locale.ROOT));
        }
        JsonNode value = field(name);
        if (value != null && !value.isString()) {
            text(name, ""); // says so
            return otherwise;
        }
        String word = value == null ? otherwise.name().toLowerCase(Locale.ROOT) : value.stringValue();
        for (E each : type.getEnumConstants()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                return each;
            }
        }
        wrong(
                pointerTo(name),
                "'" + name + "' is '" + word + "', none of " + String.join(", ", known),
                Spelling.didYouMean(word, known));
        return otherwise;
    }

    /**
     * A text in a notation of its own.
     *
     * @param parse throws IllegalArgumentException that quotes what is wrong
     */
    public <T extends @Nullable Object> T parsed(String name, T otherwise, Function<String, T> parse) {
        JsonNode value = field(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return parse.apply(text(name, ""));
        } catch (IllegalArgumentException e) {
            wrong(pointerTo(name), String.valueOf(e.getMessage()), "");
            return otherwise;
        }
    }

    /** Names that nobody asked for and that begin with {@code x-}: what some formats leave to others. */
    public Set<String> extensions() {
        Set<String> names = new TreeSet<>(node.isObject() ? node.propertyNames() : Set.of());
        names.removeIf(name -> !name.startsWith("x-") || asked.contains(name));
        return names;
    }

    /** To be called when everything was asked for that can be there. */
    public void end() {
        end(Set.of());
    }

    /**
     * As {@link #end()}, with names that may be there beside those that were asked for.
     *
     * @return which of them are
     */
    public List<String> end(Set<String> tolerated) {
        List<String> present = new ArrayList<>();
        for (String name : node.isObject() ? node.propertyNames() : List.<String>of()) {
            if (tolerated.contains(name)) {
                present.add(name);
            } else if (!asked.contains(name)) {
                Set<String> known = new TreeSet<>(tolerated);
                known.addAll(asked);
                wrong(
                        pointerTo(name),
                        "unknown field '" + name + "'",
                        Spelling.didYouMean(name, known) + "fields here are " + String.join(", ", asked));
            }
        }
        return present;
    }

    private static String shown(JsonNode value) {
        return value.isValueNode() ? "'" + value.asString() + "'" : kindOf(value);
    }

    private static String kindOf(JsonNode value) {
        return value.isObject()
                ? "an object"
                : value.isArray() ? "a list" : value.isMissingNode() ? "missing" : "a value";
    }
}
