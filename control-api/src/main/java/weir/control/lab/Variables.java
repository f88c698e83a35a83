// SPDX-License-Identifier: Apache-2.0

package weir.control.lab;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Variables in texts, as Compose has them: {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-text}} and {@code ${NAME-text}} for
 * what stands there without a value, {@code $$} for a dollar sign. A variable that is not set is empty.
 */
final class Variables {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final Pattern REFERENCE =
            Pattern.compile("\\$(?:(\\$)|(" + NAME + ")|\\{(" + NAME + ")(?:(:?-)([^}]*))?})");

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /** A tree with its texts filled in; names of fields stay as they are. */
    JsonNode in(JsonNode node) {
        if (node.isString()) {
            return JsonNodeFactory.instance.stringNode(in(node.stringValue()));
        }
        if (node.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(each -> object.set(each.getKey(), in(each.getValue())));
            return object;
        }
        if (node.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            node.forEach(each -> array.add(in(each)));
            return array;
        }
        return node;
    }

    /** A text filled in. */
    String in(String text) {
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value(match)));
    }

    private String value(java.util.regex.MatchResult match) {
        if (match.group(1) != null) {
            return "$";
        }
        boolean isPlain = match.group(2) != null;
        String value = environment.getOrDefault(isPlain ? match.group(2) : match.group(3), "");
        boolean isMissing = value.isEmpty()
                && (":-".equals(match.group(4)) || !environment.containsKey(String.valueOf(match.group(3))));
        return !isPlain && isMissing && match.group(5) != null ? match.group(5) : value;
    }
}
