// SPDX-License-Identifier: Apache-2.0
package weir.control.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Runs another program to its end and takes what it prints. It never outlives the call. */
public final class ChildProcess {
    /**
     * How a program ended.
     *
     * @param exitCode its exit code; {@link #TIMED_OUT} when it had to be stopped
     * @param output what it printed, standard error included
     */
    public record Outcome(int exitCode, String output) {
        /** First line that says something. */
        public String firstLine() {
            return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("no output");
        }

        /** Last line that says something. */
        public String lastLine() {
            return output.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((a, b) -> b)
                    .orElse("no output");
        }
    }

    /** Exit code of a program that ran too long. */
    public static final int TIMED_OUT = -1;

    private static final int NOT_STARTED = 127; // as a shell says it
    private static final long OUTPUT_ENDS_MILLIS = 5_000;

    private ChildProcess() {}

    /** Runs it with an empty standard input, and kills it when the time is over or the caller is interrupted. */
    public static Outcome run(List<String> command, long limit, TimeUnit unit) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Outcome(NOT_STARTED, String.valueOf(e.getMessage()));
        }
        Output output = new Output(process.getInputStream());
        try {
            process.getOutputStream().close();
            if (process.waitFor(limit, unit)) {
                return new Outcome(process.exitValue(), output.awaitText());
            }
            return new Outcome(TIMED_OUT, "stopped after " + limit + " " + name(unit));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            process.destroyForcibly(); // closes our end of its output, too
        }
    }

    /**
     * Takes what a program prints while it runs, on a thread of its own: a pool's could be held by a program whose
     * own children keep the pipe open.
     */
    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread reader;

        Output(InputStream in) {
            reader = Thread.ofPlatform().name("weir-child-output").daemon(true).start(() -> readAll(in));
        }

        private void readAll(InputStream in) {
            try (in) {
                in.transferTo(bytes);
            } catch (IOException e) {
                // The stream was closed under us because the program was killed.
            }
        }

        /** All of it; when the program has left children behind, what came until now. */
        String awaitText() throws InterruptedException {
            reader.join(OUTPUT_ENDS_MILLIS);
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static String name(TimeUnit unit) {
        return unit.toString().toLowerCase(Locale.ROOT);
    }
}
