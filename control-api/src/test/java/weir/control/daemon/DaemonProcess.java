// SPDX-License-Identifier: Apache-2.0

package weir.control.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import weir.core.testing.Law;

/** {@code weir daemon} as a process of its own. */
final class DaemonProcess implements AutoCloseable {
    /** A busy machine may take long to start a JVM. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    final Process process;
    private final long startNanos;
    private final Path socket;
    private final Path err;

    private DaemonProcess(Process process, long startNanos, Path socket, Path err) {
        this.process = process;
        this.startNanos = startNanos;
        this.socket = socket;
        this.err = err;
    }

    static DaemonProcess start(Path folder, Map<String, String> environment, String... options) throws IOException {
        Path socket = folder.resolve("s");
        Path err = folder.resolve("err");
        // Under nohup SIGHUP would be ignored, by this JVM and by those that it starts.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "weir.control.Main",
                "daemon",
                "--socket",
                socket.toString(),
                "--state",
                folder.resolve("state").toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        long startNanos = System.nanoTime();
        return new DaemonProcess(builder.start(), startNanos, socket, err);
    }

    /** Waits until it is ready; how long that took from the start of its process. */
    Duration awaitReady() {
        Law.eventually("the daemon is ready", PATIENCE_NANOS, () -> {
            assertTrue(process.isAlive(), this::errors);
            return ask("GET", "/readyz", "").startsWith("HTTP/1.1 200");
        });
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** The whole answer; empty when there is none. */
    String ask(String method, String path, String body) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            String text = method + " " + path + " HTTP/1.1\r\nHost: weir\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body;
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            StringBuilder answer = new StringBuilder();
            ByteBuffer piece = ByteBuffer.allocate(65_536);
            while (channel.read(piece.clear()) >= 0) {
                answer.append(new String(piece.array(), 0, piece.position(), StandardCharsets.UTF_8));
            }
            return answer.toString();
        } catch (IOException e) {
            return ""; // killed, or not there yet
        }
    }

    String errors() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Its exit code after SIGTERM. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() {
        Process _ = process.destroyForcibly().onExit().join();
    }
}
