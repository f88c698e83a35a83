// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.nio.file.Path;

/** Files that these tests run on. */
final class ExamplePrograms {
    private static final Path ROOT = Path.of(System.getProperty("weir.root"));

    private ExamplePrograms() {}

    /** A file of {@code examples/programs}. */
    static String example(String name) {
        return ROOT.resolve("examples/programs").resolve(name).toString();
    }

    /** A file of {@code examples/vale}. */
    static String valeExample(String name) {
        return ROOT.resolve("examples/vale").resolve(name).toString();
    }

    /** An object of the engine's tests. */
    static String testObject(String name) {
        return ROOT.resolve("ebpf-engine/src/test/ebpf").resolve(name).toString();
    }
}
