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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code weir __train}: runs what {@code training.txt} lists, so that the JVM can keep for later starts what it loaded and
 * learned; the launcher calls it. Commands that fail are part of it.
 */
@Command(name = "__train", hidden = true, description = "Runs commands for the JVM to learn from.")
public final class TrainingCommand implements Callable<Integer> {
    private static final String LIST = "training.txt";
    private static final String OBJECT = "/weir/control/demo/bridge.o";

    /** For picocli. */
    public TrainingCommand() {}

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("weir-training-");
        Path object = folder.resolve("program.o");
        Path capture = folder.resolve("frames.pcap");
        Path socket = folder.resolve("api.sock");
        try (InputStream content = resource(OBJECT);
                TrainingDaemon daemon = TrainingDaemon.listen(socket)) {
            Files.copy(content, object);
            commands()
                    .forEach(words -> run(words.map(word -> word.replace("{program}", object.toString())
                            .replace("{capture}", capture.toString())
                            .replace("{socket}", daemon.socket()))));
        } finally {
            Files.deleteIfExists(capture);
            Files.deleteIfExists(object);
            Files.deleteIfExists(folder);
        }
        return ExitCode.OK.number();
    }

    static List<Stream<String>> commands() throws IOException {
        try (InputStream list = resource(LIST)) {
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
