// SPDX-License-Identifier: Apache-2.0
package weir.ebpf.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import weir.ebpf.testing.TestObjects;

/** Where the examples are run; a test class names one and takes the contracts that it keeps. */
interface Loader {
    Subject load(byte[] file);

    /** An object of {@code examples/programs}. */
    default Subject example(String name) {
        return load(read(Path.of(System.getProperty("weir.root"), "examples", "programs", name + ".o")));
    }

    /** An object of {@code ebpf-engine/src/test/ebpf/idioms}. */
    default Subject idiom(String name) {
        return load(read(TestObjects.folder().resolve("idioms").resolve(name + ".o")));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
