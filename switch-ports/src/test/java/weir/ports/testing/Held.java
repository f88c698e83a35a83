// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What this process holds at one moment and must give back.
 *
 * @param descriptors what its open file descriptors stand for, without the numbers that differ each time
 * @param threads names of Weir's threads
 */
public record Held(List<String> descriptors, List<String> threads) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Looks now. */
    public static Held now() {
        List<String> descriptors = new ArrayList<>();
        try (var files = Files.list(DESCRIPTORS)) {
            for (Path file : files.toList()) {
                try {
                    descriptors.add(Files.readSymbolicLink(file).toString().replaceFirst(":\\[\\d+]$", ""));
                } catch (NoSuchFileException e) {
                    // The one that the folder was read with.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("weir-"))
                .sorted()
                .toList();
        return new Held(descriptors.stream().sorted().toList(), threads);
    }

    /**
     * An error unless everything that was taken since is given back. A thread that has done its work takes a moment to
     * end, and so do the pipes of a command that has ended; what was there already may be gone.
     */
    public void assertNothingMore() {
        assertNothingMore(Held::now);
    }

    /** The same for what {@code look} finds. */
    public void assertNothingMore(Supplier<Held> look) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (Held after = look.get(); after.hasMoreThan(this); after = look.get()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("held before: " + this + ", now: " + after);
            }
            Waiting.sleep(2);
        }
    }

    private boolean hasMoreThan(Held before) {
        return !isPartOf(descriptors, before.descriptors) || !isPartOf(threads, before.threads);
    }

    /** Whether each stands in the other list as often. */
    private static boolean isPartOf(List<String> part, List<String> whole) {
        List<String> rest = new ArrayList<>(whole);
        return part.stream().allMatch(rest::remove);
    }
}
