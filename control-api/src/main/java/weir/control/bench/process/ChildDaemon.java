// SPDX-License-Identifier: Apache-2.0
package weir.control.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that runs beside the benchmark until it is closed, with what it prints in a file. One control thread. */
public final class ChildDaemon implements Closing.Resource {
    private static final int START_SECONDS = 60;
    private static final int END_SECONDS = 5;
    private static final int LOOK_EVERY_MILLIS = 10;
    private static final int TOLD_LINES = 3;

    private final Process process;
    private final Path log;

    private ChildDaemon(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it, with an empty standard input.
     *
     * @param command a {@link Tools#bound} one
     * @param log made by this call
     */
    public static ChildDaemon start(List<String> command, Path log) throws BenchFailure {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            return new ChildDaemon(process, log);
        } catch (IOException e) {
            throw new BenchFailure(
                    "cannot start " + command.getFirst() + ": " + e.getMessage(),
                    "'weir doctor' shows what this machine lacks");
        }
    }

    /** Number of the process: those in front of the program become it. */
    public long pid() {
        return process.pid();
    }

    /** Waits until it has printed a text. */
    public void awaitText(String text) throws BenchFailure, InterruptedException {
        await(text, () -> printed().contains(text));
    }

    /** Waits until something about it is so. */
    public void await(String what, BooleanSupplier holds) throws BenchFailure, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!holds.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                List<String> lines = printed().lines().toList();
                String told = String.join("; ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
                throw new BenchFailure(
                        process.info().command().orElse("a program")
                                + (process.isAlive()
                                        ? " is not ready (" + what + ") after " + START_SECONDS + " s"
                                        : " ended")
                                + (told.isEmpty() ? "" : ": " + told),
                        "'weir doctor' shows what this machine lacks");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private String printed() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end, and kills it when it does not. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
