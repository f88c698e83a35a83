// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What docs/cli-output.md promises of each command's JSON, read from its tables.
 *
 * <p>A path is written as there: {@code rows[].twins.*.mpps}. {@code []} stands for each element of an array and {@code *}
 * for each name in an object whose names are data. Such an object's row begins with "by" (by port name, by reason), or has
 * rows with {@code *} below it.
 */
final class DocumentedKeys {
    private static final Path FILE = Path.of(System.getProperty("weir.root"), "docs", "cli-output.md");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern LINK = Pattern.compile("\\(#([^)]+)\\)");

    /** A key's row: what it says of the value. */
    private record Row(String path, String type, String meaning) {
        boolean isNamedByData() {
            return meaning.startsWith("by ");
        }

        /** Whatever JSON: its inside is not described by keys. */
        boolean isAny() {
            return type.equals("any");
        }
    }

    private final List<String> lines;
    private final Map<String, List<Row>> sections = new LinkedHashMap<>();

    private DocumentedKeys(List<String> lines) {
        this.lines = lines;
        String section = "";
        boolean inTable = false;
        for (String line : lines) {
            if (line.startsWith("#")) {
                section = anchor(line);
            } else if (line.startsWith("| key ")) {
                inTable = true;
            } else if (!line.startsWith("|")) {
                inTable = false;
            } else if (inTable && line.startsWith("| `")) {
                sections.computeIfAbsent(section, name -> new ArrayList<>()).addAll(rows(line));
            }
        }
    }

    static DocumentedKeys read() throws IOException {
        return new DocumentedKeys(Files.readAllLines(FILE));
    }

    /** As GitHub makes one of a heading. */
    private static String anchor(String heading) {
        return heading.replaceFirst("#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 -]", "")
                .replace(' ', '-');
    }

    /** A row may name several keys; those that begin with a dot are siblings of the first. */
    private static List<Row> rows(String line) {
        String[] cells = line.substring(1).split("\\|", -1);
        List<Row> rows = new ArrayList<>();
        for (String name : quoted(cells[0])) {
            String first = rows.isEmpty() ? "" : rows.getFirst().path();
            String path = name.startsWith(".") ? first.substring(0, first.lastIndexOf('.')) + name : name;
            rows.add(new Row(path, cells[1].strip(), cells[2].strip()));
        }
        return rows;
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(match -> match.group(1)).toList();
    }

    /** Names in the first column of the table below a line, and those in a paragraph that begins with it. */
    SortedSet<String> namesBelow(String start) {
        int at = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow());
        SortedSet<String> names = new TreeSet<>();
        if (lines.get(at).equals(start)) {
            lines.subList(at + 2, lines.size()).stream()
                    .takeWhile(line -> !line.startsWith("#"))
                    .filter(line -> line.startsWith("| `"))
                    .forEach(line -> names.addAll(quoted(line.split("\\|", -1)[1])));
            return names;
        }
        String paragraph = String.join(
                " ",
                lines.subList(at, lines.size()).stream()
                        .takeWhile(line -> !line.isEmpty())
                        .toList());
        names.addAll(quoted(paragraph.substring(0, paragraph.indexOf(". "))));
        return names;
    }

    /** Sections by command, as the table at the beginning of the document has them. */
    SortedMap<String, SortedSet<String>> sectionsByCommand() {
        SortedMap<String, SortedSet<String>> found = new TreeMap<>();
        lines.stream()
                .dropWhile(line -> !line.startsWith("| command "))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.replace("\\|", "").split("\\|", -1))
                .forEach(cells -> {
                    SortedSet<String> linked = new TreeSet<>();
                    LINK.matcher(cells[2]).results().forEach(match -> linked.add(match.group(1)));
                    quoted(cells[1]).stream()
                            .filter(text -> text.startsWith("weir "))
                            .forEach(text -> found.computeIfAbsent(command(text), name -> new TreeSet<>())
                                    .addAll(linked));
                });
        return found;
    }

    /** {@code program verify} of {@code weir program verify --cases FILE -o json}. */
    private static String command(String text) {
        return Arrays.stream(text.split(" ", -1))
                .skip(1)
                .takeWhile(word -> word.matches("[a-z][a-z0-9]*"))
                .collect(Collectors.joining(" "));
    }

    boolean hasKeys(String section) {
        return sections.containsKey(section);
    }

    /**
     * Asserts that a command's outputs together have every key of its section and no other, each of the type that is
     * said. Keys of elements are left out where an array is empty in all of the outputs.
     */
    void assertDescribe(String section, JsonNode... outputs) {
        RowsByPath documented = new RowsByPath();
        collect(section, "", documented);
        SortedSet<String> seen = new TreeSet<>();
        for (JsonNode output : outputs) {
            walk(output, "", documented, seen);
        }
        SortedSet<String> expected = documented.pathsWithParents();
        expected.removeIf(path -> seen.stream()
                .filter(each -> each.endsWith("[]") && path.startsWith(each + "."))
                .anyMatch(array -> seen.stream().noneMatch(each -> each.startsWith(array + "."))));
        assertEquals(String.join("\n", expected), String.join("\n", seen), section);
    }

    private void collect(String section, String prefix, RowsByPath into) {
        List<Row> rows = sections.get(section);
        assertTrue(rows != null, "no keys below #" + section);
        for (Row row : rows) {
            String path = prefix + row.path();
            into.put(path, row);
            Matcher link = LINK.matcher(row.meaning());
            if (link.find()) {
                collect(link.group(1), path + (row.isNamedByData() ? ".*." : "."), into);
            }
        }
    }

    private static void walk(JsonNode node, String prefix, RowsByPath documented, SortedSet<String> seen) {
        boolean namedByData = documented.hasPathBelow(prefix + "*");
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            Row any = documented.get(prefix + field.getKey());
            if (any != null && any.isAny()) {
                seen.add(prefix + field.getKey());
                continue;
            }
            String path = prefix + (namedByData ? "*" : field.getKey()) + (value.isArray() ? "[]" : "");
            seen.add(path);
            Row row = documented.get(path);
            assertTrue(row == null || isOfType(value, row.type()), () -> path + " is no " + row.type() + ": " + value);
            if (value.isArray()) {
                value.forEach(element -> walk(element, path + ".", documented, seen));
            } else if (value.isObject() && (row == null || !row.isNamedByData() || documented.hasPathBelow(path))) {
                walk(value, path + ".", documented, seen);
            }
        }
    }

    private static boolean isOfType(JsonNode value, String type) {
        if (value.isNull()) {
            return type.contains("or null");
        }
        return switch (type.split("\\W", 2)[0]) {
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            default -> false;
        };
    }

    /** Rows by path. */
    private static final class RowsByPath {
        private final TreeMap<String, Row> rows = new TreeMap<>();

        void put(String path, Row row) {
            rows.put(path, row);
        }

        Row get(String path) {
            return rows.get(path);
        }

        boolean hasPathBelow(String path) {
            return rows.keySet().stream().anyMatch(each -> each.startsWith(path + "."));
        }

        /** An object need not have a row of its own: {@code law.holds} tells of {@code law}. */
        SortedSet<String> pathsWithParents() {
            SortedSet<String> paths = new TreeSet<>(rows.keySet());
            for (String path : rows.keySet()) {
                for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
                    paths.add(path.substring(0, dot));
                }
            }
            return paths;
        }
    }
}
