// SPDX-License-Identifier: Apache-2.0
package weir.ports.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process holds at one moment and must give back.
 *
 * @param descriptors what its open file descriptors stand for, without the numbers that differ each time
 * @param threads names of Weir's threads
 */
public record Held(List<String> descriptors, List<String> threads) {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

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
}
