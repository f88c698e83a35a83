// SPDX-License-Identifier: Apache-2.0

package weir.control.manual;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A page of section 1 for each command, {@code weir-program-verify.1}. */
public final class ManPages {
    private static final String SECTION = "(1)";
    private static final Map<String, String> ENVIRONMENT = new TreeMap<>(Map.of(
            "JAVA_HOME", "Where to look first for a Java 25 or later.",
            "NO_COLOR", "When set, output has no colours.",
            "WEIR_DEBUG", "1 adds a stack trace to an error.",
            "WEIR_JAVA_OPTS", "Options for the JVM.",
            "WEIR_LOG_LEVEL", "ERROR, WARN (the default), INFO or DEBUG."));

    private final String version;
    private final String date;

    /**
     * Pages of a version.
     *
     * @param date of the version, {@code 2025-01-01}
     */
    public ManPages(String version, String date) {
        this.version = version;
        this.date = date;
    }

    /** By file name, for a command and all below it that are not hidden. */
    public Map<String, String> of(CommandSpec root) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put(pageName(root) + ".1", page(root));
        commands(root).forEach(each -> pages.putAll(of(each)));
        return pages;
    }

    private static String pageName(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private static Stream<CommandSpec> commands(CommandSpec spec) {
        return spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(each -> !each.usageMessage().hidden());
    }

    private String page(CommandSpec spec) {
        Roff page = new Roff().title(pageName(spec), date, "weir " + version);
        List<String> description = resolved(spec.usageMessage().description());
        page.section("NAME").line(Roff.escape(pageName(spec)) + " \\- " + Roff.escape(lead(description)));
        synopsis(page, spec);
        page.section("DESCRIPTION");
        paragraphs(page, description);
        arguments(page, spec);
        options(page, spec);
        subcommands(page, spec);
        exitCodes(page, spec);
        if (spec.parent() == null) {
            page.section("ENVIRONMENT");
            ENVIRONMENT.forEach((name, meaning) -> page.term(Roff.bold(name), meaning));
        }
        examples(page, spec);
        seeAlso(page, spec);
        return page.toString();
    }

    private static void synopsis(Roff page, CommandSpec spec) {
        page.section("SYNOPSIS").line(Roff.bold(spec.qualifiedName()));
        options(spec)
                .map(option -> "[" + Roff.bold(option.longestName())
                        + (option.arity().max() == 0 ? "" : " " + Roff.italic(option.paramLabel()))
                        + "]")
                .forEach(page::line);
        positionals(spec)
                .map(each -> Roff.italic(each.paramLabel()) + (each.arity().max() > 1 ? " ..." : ""))
                .forEach(page::line);
        if (commands(spec).findAny().isPresent()) {
            page.line(Roff.italic("COMMAND"));
        }
    }

    private static void arguments(Roff page, CommandSpec spec) {
        if (positionals(spec).findAny().isPresent()) {
            page.section("ARGUMENTS");
            positionals(spec).forEach(each -> page.term(Roff.italic(each.paramLabel()), meaning(each)));
        }
    }

    private static void options(Roff page, CommandSpec spec) {
        page.section("OPTIONS");
        options(spec).forEach(option -> {
            String names = Arrays.stream(option.names()).map(Roff::bold).collect(Collectors.joining(", "));
            String value = option.arity().max() == 0 ? "" : " " + Roff.italic(option.paramLabel());
            page.term(names + value, meaning(option));
        });
    }

    private static void subcommands(Roff page, CommandSpec spec) {
        if (commands(spec).findAny().isPresent()) {
            page.section("COMMANDS");
            commands(spec)
                    .forEach(each -> page.term(
                            Roff.bold(pageName(each)) + SECTION,
                            lead(resolved(each.usageMessage().description()))));
        }
    }

    private static void exitCodes(Roff page, CommandSpec spec) {
        if (!spec.usageMessage().exitCodeList().isEmpty()) {
            page.section("EXIT STATUS");
            spec.usageMessage().exitCodeList().forEach((code, meaning) -> page.term(Roff.bold(code), meaning));
        }
    }

    private static void examples(Roff page, CommandSpec spec) {
        List<String> footer = resolved(spec.usageMessage().footer());
        if (!footer.isEmpty()) {
            page.section("EXAMPLES");
            page.literal(footer.stream().map(String::strip).toList());
        }
    }

    private static void seeAlso(Roff page, CommandSpec spec) {
        Stream<CommandSpec> parent = Stream.ofNullable(spec.parent());
        List<String> pages = Stream.concat(parent, commands(spec))
                .map(each -> Roff.bold(pageName(each)) + SECTION)
                .sorted()
                .toList();
        page.section("SEE ALSO").line(String.join(",\n", pages));
    }

    private static Stream<OptionSpec> options(CommandSpec spec) {
        return spec.options().stream().filter(each -> !each.hidden());
    }

    private static Stream<PositionalParamSpec> positionals(CommandSpec spec) {
        return spec.positionalParameters().stream().filter(each -> !each.hidden());
    }

    private static String meaning(ArgSpec spec) {
        return String.join(" ", resolved(spec.description()));
    }

    private static void paragraphs(Roff page, List<String> description) {
        boolean separate = false;
        for (String each : description) {
            if (each.isBlank()) {
                separate = true;
            } else {
                if (separate) {
                    page.paragraph();
                }
                separate = false;
                page.line(Roff.escape(each));
            }
        }
    }

    /** The first sentence, without its full stop. */
    private static String lead(List<String> description) {
        return description.isEmpty() ? "" : description.getFirst().split("\\.(\\s|$)", 2)[0];
    }

    /** Picocli's texts are format strings: {@code %%} is a percent sign. */
    private static List<String> resolved(String[] texts) {
        return Arrays.stream(texts)
                .map(HelpText::resolve)
                .flatMap(text -> text.isEmpty() ? Stream.of("") : text.lines())
                .toList();
    }
}
