// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import weir.control.text.FileTrouble;

/** What {@code --plot} names. */
final class PlotFile {
    private PlotFile() {}

    /** Throws when it cannot be written, before anything is measured for it. */
    static void requireFolder(CommandLine command, @Nullable Path file) {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new ParameterException(command, "--plot: there is no folder " + folder);
        }
    }

    /** Writes it, where one is named. */
    static void write(@Nullable Path file, Supplier<String> svg) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file, svg.get());
        } catch (IOException e) {
            throw CommandFailures.of(
                    ExitCode.FAILURE, new IOException("cannot write " + file + ": " + FileTrouble.of(e), e), "");
        }
    }
}
