// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import weir.control.client.DaemonException;
import weir.control.program.Printable;
import weir.control.text.FileTrouble;
import weir.control.text.Spelling;

/**
 * Runs a command and turns whatever stops it into one line of cause, one {@code hint:} line and an exit code. A stack
 * trace is shown under {@code WEIR_DEBUG=1} only.
 */
public final class WeirCommandLine {
    private static final Pattern CHOICE =
            Pattern.compile("expected one of \\[([^]]*)] \\(case-insensitive\\) but was '(.*)'");

    private final CommandLine commandLine;
    private final boolean debug;
    private @Nullable StandardOutput standardOutput;

    private WeirCommandLine(CommandLine commandLine, boolean debug) {
        this.commandLine = commandLine;
        this.debug = debug;
        commandLine
                .registerConverter(int.class, WeirCommandLine::wholeNumber)
                .registerConverter(Integer.class, WeirCommandLine::wholeNumber)
                .registerConverter(double.class, WeirCommandLine::number)
                .registerConverter(Path.class, WeirCommandLine::path)
                // An argument that begins with @ is an argument, not a file to read more of them from.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((failure, args) -> report(usageFailure(failure)))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    showViolations(failure);
                    return report(asFailure(failure, helpOf(command)));
                });
    }

    /** The command line of this process: of the commands, those that the arguments could mean. */
    public static WeirCommandLine of(String... args) {
        return of(CommandTree.forArguments(new WeirCommand(), args), System.getenv())
                .printingTo(StandardOutput.ofProcess());
    }

    static WeirCommandLine of(CommandLine commandLine, Map<String, String> environment) {
        return new WeirCommandLine(commandLine, "1".equals(environment.get("WEIR_DEBUG")));
    }

    /** Prints to these instead of standard output and standard error. */
    public WeirCommandLine printingTo(PrintWriter out, PrintWriter err) {
        commandLine.setOut(out).setErr(err);
        return this;
    }

    /** Prints what is asked for there; that it is lost is a failure. */
    WeirCommandLine printingTo(StandardOutput out) {
        standardOutput = out;
        commandLine.setOut(out.writer());
        return this;
    }

    /** Runs to the end of the command; never throws. */
    public int run(String... args) {
        int exitCode;
        try {
            exitCode = commandLine.execute(args);
        } catch (Error e) { // picocli hands on errors such as a native library that does not load
            exitCode = report(asFailure(e, helpOf(commandLine)));
        }
        commandLine.getOut().flush();
        if (exitCode == ExitCode.OK.number() && standardOutput != null) {
            exitCode = standardOutput.loss().map(this::reportLoss).orElse(exitCode);
        }
        commandLine.getErr().flush();
        return exitCode;
    }

    /** What the verifier said to the daemon, as {@code program verify} shows it. */
    private void showViolations(Exception failure) {
        if (failure instanceof DaemonException refused) {
            new VerificationText(commandLine.getErr(), Colours.of(Progress.isTerminal(), System.getenv()))
                    .violations(refused.refusal().violations());
        }
    }

    private int reportLoss(IOException cause) {
        return report(new CommandFailure(
                ExitCode.FAILURE,
                "cannot write standard output: " + FileTrouble.of(cause),
                "check where it goes, and that there is room",
                cause));
    }

    private int report(CommandFailure failure) {
        PrintWriter err = commandLine.getErr();
        err.println("weir: " + Printable.of(firstLine(failure.getMessage())));
        err.println("hint: " + Printable.of(failure.hint()));
        if (debug) {
            failure.printStackTrace(err);
        }
        return failure.exitCode().number();
    }

    private static CommandFailure usageFailure(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        String help = "'" + command.getCommandSpec().qualifiedName() + " --help' ";
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().getFirst();
            boolean option = unmatched.isUnknownOption();
            boolean subcommand = !option && !command.getSubcommands().isEmpty();
            String kind = option ? "unknown option" : subcommand ? "unknown command" : "unexpected argument";
            String suggestion = Spelling.didYouMean(
                    argument.replaceFirst("=.*", ""),
                    option
                            ? command.getCommandSpec().optionsMap().keySet()
                            : command.getSubcommands().keySet());
            String list = help + (subcommand ? "lists the commands" : "shows how to call it");
            return new CommandFailure(ExitCode.USAGE, kind + " '" + argument + "'", suggestion + list, failure);
        }
        return new CommandFailure(
                ExitCode.USAGE,
                lowerCaseFirst(choiceInWords(firstLine(failure.getMessage()))),
                helpOf(command),
                failure);
    }

    private static int wholeNumber(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    "'" + text + "' is " + (text.matches("[+-]?\\d+") ? "out of all range" : "not a whole number"));
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(noPath(e));
        }
    }

    /** The one way to get there on Linux: an argument in characters that the locale does not have. */
    private static String noPath(InvalidPathException failure) {
        return "'" + failure.getInput() + "' is no file name in this locale; LC_ALL=C.UTF-8 has all characters";
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
    }

    /** Picocli names constants of Java: "expected one of [A, B] (case-insensitive) but was 'c'". */
    private static String choiceInWords(String message) {
        Matcher choice = CHOICE.matcher(message);
        return choice.find()
                ? choice.replaceFirst(Matcher.quoteReplacement("'" + choice.group(2) + "' is none of "
                        + choice.group(1).toLowerCase(Locale.ROOT)))
                : message;
    }

    private static String helpOf(CommandLine command) {
        return "'" + command.getCommandSpec().qualifiedName() + " --help' shows how to call it";
    }

    private static CommandFailure asFailure(Throwable thrown, String help) {
        if (thrown instanceof CommandFailure failure) {
            return failure;
        }
        if (thrown instanceof DaemonException refused) {
            return CommandFailures.of(refused, help);
        }
        if (thrown instanceof InvalidPathException unwritable) {
            return new CommandFailure(ExitCode.USAGE, noPath(unwritable), help, unwritable);
        }
        return new CommandFailure(
                ExitCode.FAILURE,
                "internal error: " + thrown,
                "this is a defect; run again with WEIR_DEBUG=1 and report what it prints",
                thrown);
    }

    /** Picocli begins a message with a capital letter; ours continue after {@code weir:}. MACs stay MACs. */
    private static String lowerCaseFirst(String text) {
        boolean abbreviation = text.length() > 1 && Character.isUpperCase(text.charAt(1));
        return text.isEmpty() || abbreviation
                ? text
                : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static String firstLine(@Nullable String message) {
        return Objects.requireNonNullElse(message, "").lines().findFirst().orElse("");
    }
}
