// SPDX-License-Identifier: Apache-2.0
package weir.ports.shm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import weir.core.Switch;
import weir.ports.shm.client.ShmClient;

/** A client of a shared-memory port in a process of its own. */
final class ClientProcess implements AutoCloseable {
    private static final Path EXAMPLES = Path.of("../examples/shm");
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;

    private ClientProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Compiles an example, with every warning an error. */
    static Path compile(String example, Path folder) throws Exception {
        Path program = folder.resolve(example);
        Process compiler = new ProcessBuilder(List.of(
                        "gcc",
                        "-std=c11",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-o",
                        program.toString(),
                        EXAMPLES.resolve(example + ".c").toString()))
                .redirectErrorStream(true)
                .start();
        String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), messages);
        return program;
    }

    static ClientProcess start(Path program, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return new ClientProcess(command);
    }

    /** {@link EchoProgram} in a second JVM. */
    static ClientProcess startEchoOnJvm(Path socket) throws IOException {
        String classPath = Stream.of(EchoProgram.class, ShmClient.class, Switch.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(":"));
        return new ClientProcess(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                EchoProgram.class.getName(),
                socket.toString()));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Waits for the next line of output; null when there is none any more. */
    String line() throws IOException {
        return output.readLine();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Sends a signal by its name, such as STOP. */
    void signal(String name) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                        .start()
                        .waitFor());
    }

    /** Waits until it ends by itself, and returns the last line that it printed. */
    String awaitEnd() throws Exception {
        String last = output.lines().reduce("", (before, line) -> line);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("client did not end: " + last);
        }
        assertEquals(0, process.exitValue(), last);
        return last;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        output.close();
    }
}
