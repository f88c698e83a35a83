// SPDX-License-Identifier: Apache-2.0

package weir.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** The tarball that this build has made. */
final class Tarball {
    private Tarball() {}

    /** Unpacks it with tar, below a folder that everybody may enter; the folder that comes out of it. */
    static Path unpackInto(Path folder) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Ran.of(List.of("tar", "-xzf", System.getProperty("weir.tarball"), "-C", folder.toString()))
                .succeeded();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("weir-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    static List<Path> jars(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }
}
