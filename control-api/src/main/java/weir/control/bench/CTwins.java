// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The C programs to compare with, built into a folder that goes with them. */
final class CTwins implements AutoCloseable {
    private static final String NO_COMPILER = "no C compiler (cc, gcc, clang) on the PATH";

    private final List<CTwin> twins;
    private final String state;
    private final @Nullable Path folder;

    private CTwins(List<CTwin> twins, String state, @Nullable Path folder) {
        this.twins = List.copyOf(twins);
        this.state = state;
        this.folder = folder;
    }

    /** Builds both, or neither and says why. */
    static CTwins prepare(TwinChoice choice) throws TwinFailure, InterruptedException {
        if (choice == TwinChoice.OFF) {
            return new CTwins(List.of(), "off", null);
        }
        Optional<CCompiler> compiler = CCompiler.find();
        if (compiler.isEmpty()) {
            if (choice == TwinChoice.REQUIRE) {
                throw new TwinFailure(NO_COMPILER, "install gcc and libc6-dev, or " + TwinFailure.WITHOUT_C);
            }
            return new CTwins(List.of(), NO_COMPILER, null);
        }
        return build(compiler.get());
    }

    private static CTwins build(CCompiler compiler) throws TwinFailure, InterruptedException {
        Path folder;
        try {
            folder = Files.createTempDirectory("weir-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder.toFile().deleteOnExit(); // Ctrl-C; in reverse order
        List<CTwin> built = new ArrayList<>();
        try {
            for (CTwin.Kind kind : CTwin.Kind.values()) {
                built.add(CTwin.build(kind, compiler, folder));
            }
            for (File file : folder.toFile().listFiles()) {
                file.deleteOnExit();
            }
        } catch (TwinFailure e) {
            delete(folder);
            throw e;
        }
        return new CTwins(built, MemoryBenchReport.COMPARED, folder);
    }

    List<CTwin> all() {
        return twins;
    }

    /** {@code compared}, or why there are none. */
    String state() {
        return state;
    }

    @Override
    public void close() {
        if (folder != null) {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
