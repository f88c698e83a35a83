// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

class WeirCommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsVersionOfBuildAndMachine() {
        assertEquals(0, run("--version"));
        assertTrue(
                out.toString()
                        .matches(
                                "(?s)weir \\d+\\.\\d+\\.\\d+(-SNAPSHOT)? \\(commit ([0-9a-f]{12}(-dirty)?|unknown)\\)\\RJava 2.*"),
                out::toString);
    }

    @Test
    void printsHelpOfEveryCommand() {
        assertEquals(0, run("--help"));
        assertEquals(0, run("fail", "--help"));
        assertTrue(out.toString().contains("Usage: weir fail"), out::toString);
    }

    @Test
    void lackOfACommandIsAUsageError() {
        int exitCode = WeirCommandLine.of(CommandTree.forArguments(new WeirCommand()), Map.of())
                .printingTo(new PrintWriter(out), new PrintWriter(err))
                .run();

        assertEquals(2, exitCode);
        assertErr("weir: no command given", "hint: 'weir --help' shows how to call it");
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        assertEquals(2, run("fial"));
        assertErr("weir: unknown command 'fial'", "hint: did you mean 'fail'? 'weir --help' lists the commands");
    }

    @Test
    void suggestsTheOptionThatWasMeant() {
        assertEquals(2, run("fail", "--kidn=x"));
        assertErr(
                "weir: unknown option '--kidn=x'",
                "hint: did you mean '--kind'? 'weir fail --help' shows how to call it");
    }

    @Test
    void readsNoFileThatAnArgumentNames() {
        assertEquals(2, run("@/etc/hostname"));
        assertErr("weir: unknown command '@/etc/hostname'", "hint: 'weir --help' lists the commands");
    }

    @Test
    void whatTerminalsObeyIsShownAsText() {
        CommandRun.of("program", "verify", "a\033[31m.o")
                .fails(
                        ExitCode.NOT_FOUND,
                        "no file a\\u001b[31m.o",
                        "compile one with 'clang -O2 -g --target=bpf -c prog.c -o prog.o'");
    }

    @Test
    void aFileNameThatCannotBeIsNoDefect() {
        CommandRun.of("program", "verify", "a\0.o")
                .fails(
                        ExitCode.USAGE,
                        "invalid value for positional parameter at index 0 (FILE): 'a\\u0000.o' is no file name in this locale;"
                                + " LC_ALL=C.UTF-8 has all characters",
                        "'weir program verify --help' shows how to call it");
        CommandRun.of("apply", "-f", "a\0.yaml")
                .fails(
                        ExitCode.USAGE,
                        "'a\\u0000.yaml' is no file name in this locale; LC_ALL=C.UTF-8 has all characters",
                        "'weir apply --help' shows how to call it");
    }

    @Test
    void namesAValueThatDoesNotFit() {
        assertEquals(2, run("fail", "--kind"));
        assertErr(
                "weir: missing required parameter for option '--kind' (<kind>)",
                "hint: 'weir fail --help' shows how to call it");
    }

    @Test
    void printsCauseAndHintAndUsesTheExitCodeOfAFailure() {
        assertEquals(3, run("fail", "--kind=typed"));
        assertErr("weir: no switch 'x'", "hint: 'weir switch list' names them");
    }

    @Test
    void printsNoStackTraceOfADefect() {
        assertEquals(1, run("fail", "--kind=defect"));
        assertErr(
                "weir: internal error: java.lang.IllegalStateException: slot 7 lost",
                "hint: this is a defect; run again with WEIR_DEBUG=1 and report what it prints");
    }

    @Test
    void printsNoStackTraceOfAnError() {
        assertEquals(1, run("fail", "--kind=error"));
        assertErr(
                "weir: internal error: java.lang.UnsatisfiedLinkError: no such library",
                "hint: this is a defect; run again with WEIR_DEBUG=1 and report what it prints");
    }

    @Test
    void printsTheStackTraceWhenAskedFor() {
        assertEquals(1, run(Map.of("WEIR_DEBUG", "1"), "fail", "--kind=defect"));
        assertTrue(err.toString().contains("at weir.control.cli.WeirCommandLineTest"), err::toString);
    }

    private int run(String... args) {
        return run(Map.of(), args);
    }

    private int run(Map<String, String> environment, String... args) {
        return WeirCommandLine.of(CommandTree.complete(new Root()), environment)
                .printingTo(new PrintWriter(out), new PrintWriter(err))
                .run(args);
    }

    private void assertErr(String... lines) {
        assertEquals(String.join(System.lineSeparator(), lines) + System.lineSeparator(), err.toString());
    }

    @Command(
            name = "weir",
            mixinStandardHelpOptions = true,
            scope = ScopeType.INHERIT,
            versionProvider = WeirVersion.class,
            subcommands = Fail.class)
    static final class Root {}

    @Command(name = "fail")
    static final class Fail implements Runnable {
        @Option(names = "--kind")
        private String kind = "";

        @Override
        public void run() {
            switch (kind) {
                case "typed" ->
                    throw new CommandFailure(ExitCode.NOT_FOUND, "no switch 'x'", "'weir switch list' names them");
                case "error" -> throw new UnsatisfiedLinkError("no such library");
                default -> throw new IllegalStateException("slot 7 lost");
            }
        }
    }
}
