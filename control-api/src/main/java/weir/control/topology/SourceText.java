// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A text in YAML 1.2 or JSON as a tree, with line and column of each part. Stricter than both: names stand once in an
 * object, there is one document, and YAML has no anchors, aliases and tags, so that a tree is never larger than its text.
 */
public final class SourceText {
    /** Largest text. */
    public static final int MAX_BYTES = 1 << 20;

    /** Objects and lists within one another. */
    public static final int MAX_DEPTH = 32;

    /** Longest name in an object: whoever collects pointers is to have a bound. */
    static final int MAX_NAME_LENGTH = 256;

    private static final TokenStreamFactory YAML_PARSERS = new YAMLFactory();
    private static final TokenStreamFactory JSON_PARSERS = new JsonFactory();
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Part root;

    private SourceText(Part root) {
        this.root = root;
    }

    /** How a text is written. */
    public enum Format {
        YAML,
        JSON;

        private TokenStreamFactory parsers() {
            return this == YAML ? YAML_PARSERS : JSON_PARSERS;
        }

        /** JSON for names that end so, YAML for all others. */
        public static Format of(String fileName) {
            return fileName.endsWith(".json") ? JSON : YAML;
        }
    }

    /**
     * A place in a text.
     *
     * @param line from 1
     * @param column from 1, in characters
     */
    public record Position(int line, int column) {
        static final Position START = new Position(1, 1);

        private static Position of(TokenStreamLocation location) {
            return new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
        }

        /** Where one is behind a text. */
        private static Position after(CharSequence text) {
            int line = 1;
            int column = 1;
            for (int i = 0; i < text.length(); i++) {
                boolean isEnd = text.charAt(i) == '\n';
                line += isEnd ? 1 : 0;
                column = isEnd ? 1 : column + 1;
            }
            return new Position(line, column);
        }
    }

    /** A value and where it begins, or its name does. */
    private static final class Part {
        private final Position position;
        private final Map<String, Part> fields = new LinkedHashMap<>();
        private final List<Part> items = new ArrayList<>();
        private @Nullable JsonNode value;

        Part(Position position) {
            this.position = position;
        }
    }

    /**
     * Reads a text.
     *
     * @throws TextErrors with one place, for nothing is known of what comes behind it
     */
    public static SourceText parse(byte[] content, Format format) throws TextErrors {
        if (content.length > MAX_BYTES) {
            throw new TextErrors(
                    Position.START,
                    "the text has " + content.length + " bytes",
                    "the most is " + MAX_BYTES + "; split it, or keep comments elsewhere");
        }
        String text = decode(content);
        Reading reading = new Reading();
        try (JsonParser parser = format.parsers().createParser(ObjectReadContext.empty(), text)) {
            return new SourceText(reading.document(parser));
        } catch (JacksonException e) {
            throw syntax(e, text);
        } catch (RuntimeException e) { // parsers of others, given the text of strangers
            throw new TextErrors(reading.at, "this cannot be read: " + e.getMessage(), "");
        }
    }

    private static String decode(byte[] content) throws TextErrors {
        CharBuffer text = CharBuffer.allocate(content.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(ByteBuffer.wrap(content), text, true);
        text.flip();
        if (result.isError()) {
            throw new TextErrors(Position.after(text), "this is not UTF-8", "save the text in UTF-8");
        }
        boolean isMarked = !text.isEmpty() && text.get(0) == BYTE_ORDER_MARK;
        return isMarked ? text.subSequence(1, text.length()).toString() : text.toString();
    }

    private static TextErrors syntax(JacksonException e, String text) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException marked) {
                Mark mark = marked.getProblemMark().orElse(null);
                if (mark != null) {
                    return new TextErrors(
                            new Position(mark.getLine() + 1, mark.getColumn() + 1), marked.getProblem(), "");
                }
            }
            if (cause instanceof org.snakeyaml.engine.v2.exceptions.ReaderException character) {
                int before = Math.min(character.getPosition(), text.length());
                return new TextErrors(
                        Position.after(text.subSequence(0, before)),
                        String.format("character U+%04X is not allowed", character.getCodePoint()),
                        "");
            }
        }
        TokenStreamLocation location = e.getLocation();
        return new TextErrors(
                location == null ? Position.START : Position.of(location),
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("this cannot be read"),
                "");
    }

    /** The whole. */
    public JsonNode root() {
        return value(root);
    }

    private static JsonNode value(Part part) {
        return part.value == null ? JsonNodeFactory.instance.missingNode() : part.value;
    }

    /** Where a part begins; for one that is not there, where the nearest around it does. */
    public Position position(String pointer) {
        Part part = root;
        for (String raw : pointer.split("/", -1)) {
            String name = raw.replace("~1", "/").replace("~0", "~");
            Part next = part.fields.get(name);
            if (next == null && name.matches("\\d{1,7}") && Integer.parseInt(name) < part.items.size()) {
                next = part.items.get(Integer.parseInt(name));
            }
            part = next == null ? part : next;
        }
        return part.position;
    }

    /** Errors of definitions with their places in this text. */
    public TextErrors located(DefinitionErrors errors) {
        return new TextErrors(errors.places().stream()
                .map(place ->
                        new TextErrors.Fault(position(place.pointer()), place.pointer(), place.cause(), place.hint()))
                .toList());
    }

    /** One pass over the tokens of a text. */
    private static final class Reading {
        private Position at = Position.START;

        Part document(JsonParser parser) throws TextErrors {
            JsonToken token = next(parser);
            if (token == null) {
                throw new TextErrors(Position.START, "the text is empty", "");
            }
            Part root = part(parser, token, at, 0);
            if (next(parser) != null) {
                throw new TextErrors(at, "a second document begins here", "write one file for each");
            }
            return root;
        }

        private @Nullable JsonToken next(JsonParser parser) throws TextErrors {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            at = Position.of(parser.currentTokenLocation());
            if (parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null)) {
                throw new TextErrors(at, "anchors and aliases are not read", "write what is meant in full");
            }
            if (parser.getTypeId() != null) {
                throw new TextErrors(at, "tags are not read", "leave it out");
            }
            return token;
        }

        private JsonToken require(JsonParser parser) throws TextErrors {
            JsonToken token = next(parser);
            if (token == null) {
                throw new TextErrors(at, "the text ends too early", "");
            }
            return token;
        }

        private Part part(JsonParser parser, JsonToken token, Position position, int depth) throws TextErrors {
            if (depth > MAX_DEPTH) {
                throw new TextErrors(at, "more than " + MAX_DEPTH + " objects and lists stand within one another", "");
            }
            Part part = new Part(position);
            part.value = switch (token) {
                case START_OBJECT -> object(parser, part, depth);
                case START_ARRAY -> list(parser, part, depth);
                default -> scalar(parser, token);
            };
            return part;
        }

        private ObjectNode object(JsonParser parser, Part part, int depth) throws TextErrors {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            while (require(parser) != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                Position position = at;
                if (name.length() > MAX_NAME_LENGTH) {
                    throw new TextErrors(
                            at, "a name of " + name.length() + " characters", "the most is " + MAX_NAME_LENGTH);
                }
                Part before = part.fields.get(name);
                if (before != null) {
                    throw new TextErrors(
                            at,
                            "'" + name + "' stands twice",
                            "it stands in line " + before.position.line() + " already");
                }
                Part field = part(parser, require(parser), position, depth + 1);
                part.fields.put(name, field);
                object.set(name, value(field));
            }
            return object;
        }

        private ArrayNode list(JsonParser parser, Part part, int depth) throws TextErrors {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            JsonToken token = require(parser);
            while (token != JsonToken.END_ARRAY) {
                Part item = part(parser, token, at, depth + 1);
                part.items.add(item);
                list.add(value(item));
                token = require(parser);
            }
            return list;
        }

        private JsonNode scalar(JsonParser parser, JsonToken token) throws TextErrors {
            JsonNodeFactory nodes = JsonNodeFactory.instance;
            return switch (token) {
                case VALUE_STRING -> nodes.stringNode(parser.getString());
                case VALUE_TRUE -> nodes.booleanNode(true);
                case VALUE_FALSE -> nodes.booleanNode(false);
                case VALUE_NULL -> nodes.nullNode();
                case VALUE_NUMBER_INT -> integer(parser, nodes);
                case VALUE_NUMBER_FLOAT -> fraction(parser, nodes);
                default -> throw new TextErrors(at, "this is no value", "");
            };
        }

        private static JsonNode integer(JsonParser parser, JsonNodeFactory nodes) {
            return switch (parser.getNumberType()) {
                case INT -> nodes.numberNode(parser.getIntValue());
                case LONG -> nodes.numberNode(parser.getLongValue());
                default -> nodes.numberNode(parser.getBigIntegerValue());
            };
        }

        private static JsonNode fraction(JsonParser parser, JsonNodeFactory nodes) {
            try {
                return nodes.numberNode(new BigDecimal(parser.getString()));
            } catch (NumberFormatException e) { // YAML has .inf and .nan
                return nodes.numberNode(Double.NaN);
            }
        }
    }
}
