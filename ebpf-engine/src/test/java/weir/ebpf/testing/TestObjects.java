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

    /** {@code examples/programs}. */
    public static Path exampleFolder() {
        return Path.of(System.getProperty("weir.root"), "examples", "programs");
    }

    /** Names of the objects of the example programs, without {@code .o}. */
    public static List<String> exampleNames() {
        return namesIn(exampleFolder());
    }

    public static byte[] exampleBytes(String name) {
        return read(exampleFolder().resolve(name + ".o"));
    }

    private static Path valeExampleFolder() {
        return exampleFolder().resolveSibling("vale");
    }

    /** Names of the objects of {@code examples/vale}, without {@code .o}. */
    public static List<String> valeExampleNames() {
        return namesIn(valeExampleFolder());
    }

    public static byte[] valeExampleBytes(String name) {
        return read(valeExampleFolder().resolve(name + ".o"));
    }

    /** Names of all objects, without {@code .o}. */
    public static List<String> names() {
        return names("");
    }

    /** Names of all objects of a folder inside, without {@code .o}. */
    public static List<String> names(String inside) {
        return namesIn(folder().resolve(inside));
    }

    private static List<String> namesIn(Path where) {
        try (Stream<Path> files = Files.list(where)) {
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
        return read(folder().resolve(name + ".o"));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
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
