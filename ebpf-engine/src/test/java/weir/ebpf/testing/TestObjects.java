// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import weir.ebpf.ObjectFile;
import weir.ebpf.ObjectFileException;

/** Objects of {@code ebpf-engine/src/test/ebpf}; each {@code NAME.o} is built from {@code NAME.c} beside it. */
public final class TestObjects {
    private TestObjects() {}

    public static Path folder() {
        return Path.of(System.getProperty("weir.root"), "ebpf-engine", "src", "test", "ebpf");
    }

    /** Names of all objects, without {@code .o}. */
    public static List<String> names() {
        return names("");
    }

    /** Names of all objects of a folder inside, without {@code .o}. */
    public static List<String> names(String inside) {
        try (Stream<Path> files = Files.list(folder().resolve(inside))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".o"))
                    .map(name -> name.substring(0, name.length() - 2))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(folder().resolve(name + ".o"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ObjectFile parse(String name) {
        try {
            return ObjectFile.parse(bytes(name));
        } catch (ObjectFileException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }
}
