// SPDX-License-Identifier: Apache-2.0

package weir.control.metrics;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics as Prometheus reads them: its text format 0.0.4, strictly. Every sample belongs to a family that was announced
 * before it, has a type and a text, and stands once.
 *
 * @param types of families by name
 */
public record PrometheusText(Map<String, String> types, Map<Series, Double> samples) {
    private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\\S.*)");
    private static final Pattern TYPE =
            Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");
    private static final List<String> PARTS = List.of("_bucket", "_sum", "_count");

    /** A name and labels. */
    public record Series(String name, Map<String, String> labels) {}

    /** Reads a text; throws {@link AssertionError} with the line where it is none. */
    public static PrometheusText parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        Map<String, String> types = new LinkedHashMap<>();
        Set<String> helped = new LinkedHashSet<>();
        Map<Series, Double> samples = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            if (help.matches()) {
                require(helped.add(help.group(1)), line, "a second text");
            } else if (type.matches()) {
                require(types.put(type.group(1), type.group(2)) == null, line, "a second type");
            } else {
                sample(line, types, helped, samples);
            }
        }
        return new PrometheusText(types, samples);
    }

    private static void sample(
            String line, Map<String, String> types, Set<String> helped, Map<Series, Double> samples) {
        Matcher sample = SAMPLE.matcher(line);
        require(sample.matches(), line, "neither comment nor sample");
        String name = sample.group(1);
        String family = family(name, types);
        require(types.containsKey(family) && helped.contains(family), line, "a family without type or text");
        double value = sample.group(3).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(sample.group(3));
        if (types.get(family).equals("counter")) {
            require(name.endsWith("_total"), line, "a counter that does not end in _total");
            require(value >= 0, line, "a negative counter");
        }
        String labels = sample.group(2) == null ? "" : sample.group(2);
        require(
                samples.put(new Series(name, labels(labels, line)), value) == null,
                line,
                "a series for the second time");
    }

    private static String family(String name, Map<String, String> types) {
        for (String part : PARTS) {
            String family = name.endsWith(part) ? name.substring(0, name.length() - part.length()) : name;
            String type = types.getOrDefault(family, "");
            if (type.equals("histogram") || type.equals("summary")) {
                return family;
            }
        }
        return name;
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        int at = 0;
        while (at < text.length()) {
            require(label.find(at) && label.start() == at, line, "labels that cannot be read");
            require(labels.put(label.group(1), label.group(2)) == null, line, "a label twice");
            at = label.end();
        }
        return labels;
    }

    private static void require(boolean holds, String line, String what) {
        if (!holds) {
            throw new AssertionError(what + ": " + line);
        }
    }

    /** Names of all samples. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        samples.keySet().forEach(series -> names.add(series.name()));
        return names;
    }

    /** Sum of all series of a name. */
    public double sum(String name) {
        return sum(name, labels -> true);
    }

    /** Sum of the series of a name that have a label. */
    public double sum(String name, String label, String value) {
        return sum(name, labels -> value.equals(labels.get(label)));
    }

    private double sum(String name, Predicate<Map<String, String>> chosen) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().name().equals(name)
                        && chosen.test(sample.getKey().labels()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
