// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The commands as functions of a shell, which bash and zsh read alike. The argument {@code $1} is the path of a command.
 * Each sets {@code reply}: what an option {@code $2} or the argument at position {@code $2} takes, see
 * {@link Value#label()}.
 */
final class ShellTables {
    private ShellTables() {}

    static String of(Outline root) {
        List<Outline> all = root.all();
        return values(all) + arguments(all);
    }

    private static String values(List<Outline> all) {
        String cases = all.stream()
                .flatMap(command -> command.options().stream()
                        .filter(Outline.Option::takesValue)
                        .map(option -> option.names().stream()
                                        .map(name -> quote(command.path() + "|" + name))
                                        .collect(Collectors.joining(" | "))
                                + ") reply=" + quote(option.value().label()) + " ;;"))
                .collect(Collectors.joining("\n        ", "        ", "\n"));
        return function("_weir_value", "\"$1|$2\"", cases, "none");
    }

    private static String arguments(List<Outline> all) {
        String cases = all.stream()
                .flatMap(command -> IntStream.range(0, command.arguments().size())
                        .mapToObj(position -> argument(command, position)))
                .collect(Collectors.joining("\n        ", "        ", "\n"));
        return function("_weir_argument", "\"$1|$2\"", cases, "any");
    }

    private static String argument(Outline command, int position) {
        boolean isLast = position == command.arguments().size() - 1;
        String pattern = isLast && command.repeats()
                ? quote(command.path() + "|") + "*"
                : quote(command.path() + "|" + position);
        return pattern + ") reply=" + quote(command.arguments().get(position).label()) + " ;;";
    }

    /** A function that gives a list for each command. */
    static String lists(String name, Outline root, Function<Outline, List<String>> entries) {
        String cases = root.all().stream()
                .filter(command -> !entries.apply(command).isEmpty())
                .map(command -> quote(command.path()) + ") reply=("
                        + entries.apply(command).stream()
                                .map(ShellTables::quote)
                                .collect(Collectors.joining(" "))
                        + ") ;;")
                .collect(Collectors.joining("\n        ", "        ", "\n"));
        return "%s() {\n    reply=()\n    case $1 in\n%s    esac\n}\n\n".formatted(name, cases);
    }

    private static String function(String name, String subject, String cases, String otherwise) {
        return "%s() {\n    reply=%s\n    case %s in\n%s    esac\n}\n\n".formatted(name, otherwise, subject, cases);
    }

    /** In single quotes, as POSIX shells take it. */
    static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
