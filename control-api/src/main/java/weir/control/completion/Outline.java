// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.lang.reflect.AnnotatedElement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import weir.control.manual.HelpText;
import weir.control.run.PortSpecs;

/**
 * A command as a shell has to know it; hidden commands and options are left out.
 *
 * @param path names from below {@code weir} on, {@code program verify}; empty for {@code weir} itself
 * @param summary one sentence
 * @param arguments by position; the last stands for all that follow when {@code repeats}
 */
record Outline(
        String path,
        String summary,
        List<Option> options,
        List<Value> arguments,
        boolean repeats,
        List<Outline> commands) {
    private static final String PORT_SPEC = "SPEC";
    private static final String FILE = "FILE";

    /** An option under all its names. */
    record Option(List<String> names, String summary, Value value) {
        boolean takesValue() {
            return !(value instanceof Value.None);
        }
    }

    /** The last name of the path. */
    String name() {
        return path.substring(path.lastIndexOf(' ') + 1);
    }

    /** This command and all below it. */
    List<Outline> all() {
        List<Outline> all = new ArrayList<>(List.of(this));
        commands.forEach(each -> all.addAll(each.all()));
        return all;
    }

    /** A command and all below it. */
    static Outline of(CommandSpec root) {
        return of(root, "");
    }

    private static Outline of(CommandSpec spec, String path) {
        List<PositionalParamSpec> positionals = spec.positionalParameters().stream()
                .filter(each -> !each.hidden())
                .toList();
        List<Outline> commands = spec.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(each -> !each.usageMessage().hidden())
                .map(each -> of(each, path.isEmpty() ? each.name() : path + " " + each.name()))
                .toList();
        return new Outline(
                path,
                firstSentence(spec.usageMessage().description()),
                spec.options().stream()
                        .filter(each -> !each.hidden())
                        .map(Outline::option)
                        .toList(),
                positionals.stream().map(Outline::value).toList(),
                !positionals.isEmpty() && positionals.getLast().arity().max() > 1,
                commands);
    }

    private static Option option(OptionSpec spec) {
        Value value = spec.arity().max() == 0 ? new Value.None() : value(spec);
        return new Option(List.of(spec.names()), firstSentence(spec.description()), value);
    }

    private static Value value(ArgSpec spec) {
        Optional<NameKind> dynamic = spec.userObject() instanceof AnnotatedElement element
                ? Optional.ofNullable(element.getAnnotation(DynamicCandidates.class))
                        .map(DynamicCandidates::value)
                : Optional.empty();
        if (dynamic.isPresent()) {
            return new Value.Names(dynamic.get());
        }
        if (spec.completionCandidates() != null) {
            List<String> words = StreamSupport.stream(
                            spec.completionCandidates().spliterator(), false)
                    .map(word -> word.toLowerCase(Locale.ROOT))
                    .toList();
            return new Value.Choice(words);
        }
        if (spec.paramLabel().equals(PORT_SPEC)) {
            return new Value.Prefix(
                    PortSpecs.kinds().stream().map(kind -> kind.name() + ":").toList());
        }
        boolean isFile = Arrays.asList(spec.typeInfo().getType(), spec.auxiliaryTypes()[0])
                        .contains(Path.class)
                || spec.paramLabel().contains(FILE);
        return isFile ? new Value.File() : new Value.Any();
    }

    /** Up to the first full stop, colon or semicolon; picocli's format characters resolved. */
    private static String firstSentence(String[] description) {
        String text = description.length == 0 ? "" : HelpText.resolve(description[0]);
        return text.split("[.;:](\\s|$)|, (?=which|that )|\\R", 2)[0];
    }
}
