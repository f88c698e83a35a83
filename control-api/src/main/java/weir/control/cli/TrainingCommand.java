// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import weir.control.daemon.Daemon;
import weir.control.daemon.DaemonSettings;
import weir.control.http.Endpoint;
import weir.control.http.ListenException;
import weir.control.http.Role;
import weir.control.plane.ControlException;
import weir.control.plane.StateFolder;

/**
 * {@code weir __train}: runs what {@code training.txt} or another such file lists, so that the JVM can keep for later starts what it loaded and
 * learned; the launcher calls it. Commands that fail are part of it.
 */
@Command(name = "__train", hidden = true, description = "Runs commands for the JVM to learn from.")
public final class TrainingCommand implements Callable<Integer> {
    private static final String OBJECT = "/weir/control/demo/bridge.o";

    @Option(names = "--for", paramLabel = "USE", description = "commands, healthcheck or daemon (default: commands).")
    private Use use = Use.COMMANDS;

    /** What later starts are to be of. */
    private enum Use {
        /** All commands. */
        COMMANDS("training.txt"),
        /** What a container's health check runs, and nothing else. */
        HEALTHCHECK("training-healthcheck.txt"),
        /** A daemon, and commands that ask it. */
        DAEMON("training-daemon.txt");

        private final String list;

        Use(String list) {
            this.list = list;
        }
    }

    /** For picocli. */
    public TrainingCommand() {}

    @Override
    public Integer call() throws IOException, ControlException, ListenException, StateFolder.Unusable {
        if (use == Use.DAEMON) {
            trainDaemon();
        } else {
            trainCommands(use.list);
        }
        return ExitCode.OK.number();
    }

    private static void trainDaemon() throws IOException, ControlException, ListenException, StateFolder.Unusable {
        Path folder = Files.createTempDirectory("weir-training-");
        Path socket = folder.resolve("api.sock");
        Path state = folder.resolve("state");
        DaemonSettings settings = new DaemonSettings(
                List.of(new Endpoint.Unix(socket, null, Role.ADMIN)),
                state,
                null,
                folder.resolve("docker.sock"),
                false);
        try (Daemon _ = Daemon.start(settings, Map.of())) {
            commands(Use.DAEMON.list)
                    .forEach(words -> run(words.map(word -> word.replace("{socket}", socket.toString()))));
        } finally {
            deleteTree(folder);
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    private static void trainCommands(String list) throws IOException {
        Path folder = Files.createTempDirectory("weir-training-");
        Path object = folder.resolve("program.o");
        Path capture = folder.resolve("frames.pcap");
        Path socket = folder.resolve("api.sock");
        try (InputStream content = resource(OBJECT);
                TrainingDaemon daemon = TrainingDaemon.listen(socket)) {
            Files.copy(content, object);
            commands(list)
                    .forEach(words -> run(words.map(word -> word.replace("{program}", object.toString())
                            .replace("{capture}", capture.toString())
                            .replace("{socket}", daemon.socket()))));
        } finally {
            Files.deleteIfExists(capture);
            Files.deleteIfExists(object);
            Files.deleteIfExists(folder);
        }
    }

    static List<Stream<String>> commands() throws IOException {
        return commands(Use.COMMANDS.list);
    }

    private static List<Stream<String>> commands(String resource) throws IOException {
        try (InputStream list = resource(resource)) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Arrays.stream(line.split(" +", -1)))
                    .toList();
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(TrainingCommand.class.getResourceAsStream(name), name);
    }

    private static void run(Stream<String> words) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        String[] args = words.toArray(String[]::new);
        WeirCommandLine.of(args).printingTo(nowhere, nowhere).run(args);
    }
}
