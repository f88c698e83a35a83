// SPDX-License-Identifier: Apache-2.0
package weir.control.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the small files in which Linux tells about itself; all are absent elsewhere. */
public final class ProcFile {
    private ProcFile() {}

    /** Whole text without white space around it; empty when the file is not there or not for this user. */
    public static Optional<String> read(String path) {
        try {
            return Optional.of(
                    Files.readString(Path.of(path), StandardCharsets.ISO_8859_1).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What stands behind {@code key :} in the first such line. */
    public static Optional<String> valueOf(String path, String key) {
        return read(path)
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith(key))
                        .map(line -> line.substring(key.length()).strip())
                        .filter(rest -> rest.startsWith(":"))
                        .map(rest -> rest.substring(1).strip())
                        .findFirst());
    }
}
