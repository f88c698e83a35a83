// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The system calls of one thread of another process, from {@link #attach} until that thread ends. */
public final class ThreadTrace implements AutoCloseable {
    private static final long END_SECONDS = 240;

    private final Process strace;
    private final Path lines;

    private ThreadTrace(Process strace, Path lines) {
        this.strace = strace;
        this.lines = lines;
    }

    /**
     * Begins; every call that the thread makes after this returned is seen.
     *
     * @param file to write them to
     */
    public static ThreadTrace attach(String threadNumber, Path file) throws IOException {
        Process strace = new ProcessBuilder("strace", "-o", file.toString(), "-p", threadNumber).start();
        String answer = strace.errorReader().readLine();
        if (answer == null || !answer.endsWith("attached")) {
            strace.destroyForcibly();
            throw new AssertionError("strace -p " + threadNumber + ": " + answer);
        }
        return new ThreadTrace(strace, file);
    }

    /** One line for each call, when the thread has ended. */
    public List<String> awaitEnd() throws IOException, InterruptedException {
        if (!strace.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("strace does not end");
        }
        return Files.readAllLines(lines);
    }

    @Override
    public void close() {
        strace.destroyForcibly();
    }
}
