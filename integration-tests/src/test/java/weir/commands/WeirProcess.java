// SPDX-License-Identifier: Apache-2.0

package weir.commands;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import weir.ports.testing.Netns;
import weir.ports.testing.Waiting;

/** A weir command in a process of its own, killed when closed. */
public final class WeirProcess implements AutoCloseable {
    private static final long READY_MILLIS = 60_000;
    private static final long END_SECONDS = 120;

    /** A build in the background may ignore SIGINT, and what it starts would, too. Becomes the command. */
    private static final List<String> HEARS_CTRL_C =
            System.getProperty("os.name").equals("Linux")
                    ? List.of("env", "--default-signal=INT,QUIT") // of GNU
                    : List.of();

    private final Process process;
    private final Path out;
    private final Path err;

    private WeirProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts the classes that this build has made, with the JVM of this test. */
    public static WeirProcess start(String... args) {
        return startBehind(List.of(), args);
    }

    /** The same, started by another program such as {@code setpriv}, which must become the command. */
    public static WeirProcess startBehind(List<String> program, String... args) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "weir.control.Main"));
        command.addAll(List.of(args));
        return exec(command);
    }

    /** Starts the launcher of this source tree. */
    static WeirProcess launch(String... args) {
        return launchBehind(List.of(), args);
    }

    /** The same, started by another program such as {@code setpriv}. */
    static WeirProcess launchBehind(List<String> program, String... args) {
        List<String> command = new ArrayList<>(program);
        command.add(Path.of(System.getProperty("weir.root"), "weir").toString());
        command.addAll(List.of(args));
        return exec(command);
    }

    /** Starts any command, with its standard output and error kept. SIGINT ends it unless it does something about that. */
    public static WeirProcess exec(List<String> asked) {
        List<String> command = new ArrayList<>(HEARS_CTRL_C);
        command.addAll(asked);
        try {
            Path out = Files.createTempFile("weir-test-", ".out");
            Path err = Files.createTempFile("weir-test-", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            return new WeirProcess(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String out() {
        return read(out);
    }

    byte[] outBytes() throws IOException {
        return Files.readAllBytes(out);
    }

    public String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8); // which may end in half a character
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of standard output. */
    public String outAtItsEnd() throws InterruptedException {
        exitCode();
        return out();
    }

    JsonNode json() {
        return JsonMapper.shared().readTree(out());
    }

    /** Waits until a text stands on standard output or standard error. */
    public WeirProcess awaitText(String text) {
        Waiting.within(READY_MILLIS, () -> {
            if (!process.isAlive() && !(out() + err()).contains(text)) {
                throw new AssertionError("ended without '" + text + "': " + out() + err());
            }
            return (out() + err()).contains(text);
        });
        return this;
    }

    /** Sends a signal such as {@code INT}. */
    public WeirProcess signal(String name) {
        Netns.exec("kill", "-" + name, Long.toString(process.pid()));
        return this;
    }

    /** Sends SIGINT as Ctrl-C does, to children too; for a process that was started behind {@code setsid}. */
    public WeirProcess ctrlC() {
        Netns.exec("kill", "-INT", "--", "-" + process.pid());
        return this;
    }

    /** Waits for the end. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end: " + out() + err());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
