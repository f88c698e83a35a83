// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Puts commands together as {@link Subcommands} lists them. For picocli to look at every option of every command takes
 * longer than all else that a short command does; so the command line of a process has commands that its arguments do
 * not name as outlines: what a list of commands shows of them, and nothing that could run.
 */
final class CommandTree {
    private final Predicate<Command> isComplete;

    private CommandTree(Predicate<Command> isComplete) {
        this.isComplete = isComplete;
    }

    /** With every command complete. */
    static CommandLine complete(Object root) {
        return new CommandTree(command -> true).of(new CommandLine(root), root.getClass());
    }

    /** With those commands complete that the arguments could mean. */
    static CommandLine forArguments(Object root, String... args) {
        Set<String> words = Set.copyOf(Arrays.asList(args));
        return new CommandTree(command -> words.contains(command.name())).of(new CommandLine(root), root.getClass());
    }

    private CommandLine of(CommandLine parent, Class<?> type) {
        Subcommands below = type.getAnnotation(Subcommands.class);
        if (below != null) {
            for (Class<?> each : below.value()) {
                Command command = each.getAnnotation(Command.class);
                parent.addSubcommand(
                        command.name(), isComplete.test(command) ? of(new CommandLine(each), each) : outline(command));
            }
        }
        return parent;
    }

    private static CommandLine outline(Command command) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(command.description()).hidden(command.hidden());
        return new CommandLine(spec);
    }
}
