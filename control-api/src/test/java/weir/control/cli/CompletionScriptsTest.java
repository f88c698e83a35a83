// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.control.completion.DynamicCandidates;
import weir.control.completion.NameKind;
import weir.control.completion.Shell;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/** The shells themselves with the scripts: what they propose at the end of a line. */
@RequiresFeature({Feature.LINUX, Feature.SHELLS})
@Timeout(180)
class CompletionScriptsTest {
    private static final long END_SECONDS = 120;

    /** Answers as {@code weir __complete} does when there is a daemon. */
    private static final String DAEMON = """
            #!/bin/sh
            case "$*" in
                '__complete -- switch show') printf '%s\\n' lan lab wan ;;
                '__complete -- switch-or-port show lan --at') printf '%s\\n' lan lan:t1 lan:t2 ;;
            esac
            """;

    /** Takes names that only a daemon knows. */
    @Command(name = "weir", subcommands = Show.class)
    static final class Root {}

    @Command(name = "show", description = "Shows 'one', 100%% of it.")
    @SuppressWarnings("UnusedVariable") // picocli sets them, and the shells only ask what they are
    static final class Show {
        @Parameters(paramLabel = "SWITCH", description = "A switch.")
        @DynamicCandidates(NameKind.SWITCH)
        private String switchName = "";

        @Option(names = "--at", description = "A switch or a port: 50 % likely.")
        @DynamicCandidates(NameKind.SWITCH_OR_PORT)
        private String at = "";
    }

    @TempDir
    private Path folder;

    static Stream<Arguments> lines() {
        return Stream.of(Shell.values())
                .flatMap(shell -> Stream.of(
                        Arguments.of(shell, "weir pro", Set.of("program")),
                        Arguments.of(shell, "weir __", Set.of()),
                        Arguments.of(shell, "weir program ver", Set.of("verify")),
                        Arguments.of(shell, "weir program verify --o", Set.of("--output")),
                        Arguments.of(shell, "weir program verify -o ", Set.of("table", "json", "yaml")),
                        Arguments.of(shell, "weir program verify --output js", Set.of("json")),
                        Arguments.of(shell, "weir program verify file", Set.of("file one.o", "file2.o")),
                        Arguments.of(shell, "weir program verify -- file2", Set.of("file2.o")),
                        Arguments.of(shell, "weir program verify --log-level run fi", Set.of("file one.o", "file2.o")),
                        Arguments.of(shell, "weir program verify --log-level ", Set.of()),
                        Arguments.of(shell, "weir run --program file2", Set.of("file2.o")),
                        Arguments.of(shell, "weir run tap:a p", Set.of("packet:", "pcap:")),
                        Arguments.of(shell, "weir completion ", Set.of("bash", "zsh", "fish"))));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void propose(Shell shell, String line, Set<String> expected) throws Exception {
        assertEquals(new TreeSet<>(expected), proposals(shell, CommandTree.complete(new WeirCommand()), line));
    }

    @ParameterizedTest
    @EnumSource
    void proposeOnlyTheValueOfAnOptionThatIsJoinedToIt(Shell shell) throws Exception {
        String proposal = proposals(shell, CommandTree.complete(new WeirCommand()), "weir program verify --output=js")
                .first();
        assertEquals(shell == Shell.FISH ? "--output=json" : "json", proposal);
    }

    static Stream<Arguments> linesWithNames() {
        return Stream.of(Shell.values())
                .flatMap(shell -> Stream.of(
                        Arguments.of(shell, "weir show la", Set.of("lan", "lab")),
                        Arguments.of(shell, "weir show x", Set.of()),
                        Arguments.of(shell, "weir show lan --at l", Set.of("lan", "lan:t1", "lan:t2"))));
    }

    @ParameterizedTest
    @MethodSource("linesWithNames")
    void proposeNamesThatTheDaemonKnows(Shell shell, String line, Set<String> expected) throws Exception {
        assertEquals(new TreeSet<>(expected), proposals(shell, new CommandLine(new Root()), line));
    }

    private SortedSet<String> proposals(Shell shell, CommandLine root, String line) throws Exception {
        Files.writeString(folder.resolve("file one.o"), "");
        Files.writeString(folder.resolve("file2.o"), "");
        Path daemon = Files.createDirectory(folder.resolve("bin")).resolve("weir");
        Files.writeString(daemon, DAEMON);
        Files.setPosixFilePermissions(daemon, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path script = folder.resolve("script");
        Files.writeString(script, shell.script(root.getCommandSpec()));
        List<String> command = new ArrayList<>(
                switch (shell) {
                    case BASH -> List.of("bash", ask("bash.sh"));
                    case ZSH -> List.of("zsh", "-f", ask("zsh.zsh"));
                    case FISH -> List.of("fish", "--no-config", ask("fish.fish"));
                });
        command.addAll(List.of(script.toString(), line));
        return run(command);
    }

    private SortedSet<String> run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().merge("PATH", folder.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        builder.environment().put("HOME", folder.toString());
        Path err = folder.resolve("err");
        Process process = builder.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS));
        assertEquals("", Files.readString(err));
        TreeSet<String> lines = new TreeSet<>(out.lines().toList());
        lines.remove("");
        return lines;
    }

    private static String ask(String script) {
        return Path.of(System.getProperty("weir.root"), "control-api/src/test/resources/completion", script)
                .toString();
    }
}
