// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import weir.control.machine.ChildProcess;
import weir.control.machine.Commands;

/** A C compiler of this machine. */
public record CCompiler(Path path) {
    private static final List<String> NAMES = List.of("cc", "gcc", "clang");
    private static final List<String> OPTIONS = List.of("-O3", "-march=native", "-pthread");
    private static final long LIMIT_SECONDS = 120;

    /** The first of {@code cc}, {@code gcc} and {@code clang} on the PATH. */
    public static Optional<CCompiler> find() {
        return NAMES.stream()
                .flatMap(name -> Commands.find(name).stream())
                .findFirst()
                .map(CCompiler::new);
    }

    void compile(Path source, Path program) throws TwinFailure, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(path.toString());
        command.addAll(OPTIONS);
        command.addAll(List.of("-o", program.toString(), source.toString()));
        ChildProcess.Outcome outcome = ChildProcess.run(command, LIMIT_SECONDS, TimeUnit.SECONDS);
        if (outcome.exitCode() != 0) {
            throw new TwinFailure(
                    path + " cannot compile " + source.getFileName() + ": " + outcome.firstLine(),
                    "install libc6-dev, or " + TwinFailure.WITHOUT_C);
        }
    }
}
