// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The script for fish 3. */
final class FishScript {
    private static final String HEAD = """
            # fish completion for weir. Made by 'weir completion fish'; changes are lost.

            """;

    private static final String BODY = """
            # Prints the path of the command that is being typed, and how many arguments it has before the cursor.
            function __weir_walk
                set -l words (commandline -opc)
                set -e words[1]
                set -l path
                set -l count 0
                set -l skip no
                set -l only_arguments no
                for word in $words
                    if test $skip = yes
                        set skip no
                    else if test $only_arguments = no -a "$word" = --
                        set only_arguments yes
                    else if test $only_arguments = no; and string match -qr -- '^-.' $word
                        contains -- $word (__weir_options_with_value "$path"); and set skip yes
                    else if contains -- $word (__weir_commands "$path")
                        set path (string trim -- "$path $word")
                    else
                        set count (math $count + 1)
                    end
                end
                printf '%s\\n' "$path" $count
            end

            # Whether command $argv[1] is being typed; with $argv[2], and its argument of that position or, with $argv[3],
            # a later one.
            function __weir_at
                set -l walked (__weir_walk)
                test "$walked[1]" = "$argv[1]"; or return 1
                set -q argv[2]; or return 0
                if set -q argv[3]
                    test $walked[2] -ge $argv[2]
                else
                    test $walked[2] -eq $argv[2]
                end
            end

            function __weir_names
                set -l words (commandline -opc)
                set -l weir $words[1]
                set -e words[1]
                $weir __complete -- $argv[1] $words 2> /dev/null
            end

            complete -c weir -f
            """;

    private FishScript() {}

    static String of(Outline root) {
        List<Outline> all = root.all();
        StringBuilder script = new StringBuilder(HEAD);
        script.append(lists(
                "__weir_commands",
                all,
                command -> command.commands().stream().map(Outline::name).toList()));
        script.append(lists(
                "__weir_options_with_value",
                all,
                command -> command.options().stream()
                        .filter(Outline.Option::takesValue)
                        .flatMap(option -> option.names().stream())
                        .toList()));
        script.append(BODY);
        all.forEach(
                command -> lines(command).forEach(line -> script.append(line).append('\n')));
        return script.toString();
    }

    private static String lists(String name, List<Outline> all, Function<Outline, List<String>> entries) {
        String cases = all.stream()
                .filter(command -> !entries.apply(command).isEmpty())
                .map(command -> "        case " + quote(command.path()) + "\n            printf '%s\\n' "
                        + String.join(" ", entries.apply(command)) + "\n")
                .collect(Collectors.joining());
        return "function " + name + "\n    switch \"$argv[1]\"\n" + cases + "    end\nend\n\n";
    }

    private static List<String> lines(Outline command) {
        String at = "__weir_at " + quote(command.path());
        List<String> lines = new ArrayList<>();
        for (Outline each : command.commands()) {
            lines.add(line(at, "-a " + each.name() + " -d " + quote(each.summary())));
        }
        for (Outline.Option option : command.options()) {
            String names = option.names().stream().map(FishScript::name).collect(Collectors.joining(" "));
            String value = option.takesValue() ? " " + required(option.value()) : "";
            lines.add(line(at, names + value + " -d " + quote(option.summary())));
        }
        for (int i = 0; i < command.arguments().size(); i++) {
            boolean andLater = command.repeats() && i == command.arguments().size() - 1;
            String values = values(command.arguments().get(i));
            if (!values.isEmpty()) {
                lines.add(line(at + " " + i + (andLater ? " later" : ""), values));
            }
        }
        return lines;
    }

    private static String line(String condition, String rest) {
        return "complete -c weir -n " + quote(condition) + " " + rest;
    }

    private static String name(String option) {
        String bare = option.replaceFirst("^-+", "");
        return option.startsWith("--") ? "-l " + bare : "-s " + bare;
    }

    private static String required(Value value) {
        return value instanceof Value.File ? "-r -F" : ("-x " + values(value)).strip();
    }

    private static String values(Value value) {
        return switch (value) {
            case Value.None(), Value.Any() -> "";
            case Value.File() -> "-F";
            case Value.Choice(List<String> words) -> "-a " + quote(String.join(" ", words));
            case Value.Prefix(List<String> beginnings) -> "-a " + quote(String.join(" ", beginnings));
            case Value.Names(NameKind kind) -> "-a " + quote("(__weir_names " + kind.label() + ")");
        };
    }

    /** In single quotes, in which fish takes a backslash as an escape. */
    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
