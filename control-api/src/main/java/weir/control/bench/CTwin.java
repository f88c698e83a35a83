// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import weir.control.machine.ChildProcess;

/**
 * A C program that does on its own what the memory benchmark makes the switch do, built for this
 * machine's CPU. Both take the same arguments and print one line with {@code Mpps=} for each of three
 * repetitions.
 */
final class CTwin {
    /** Which program. */
    enum Kind {
        /** The same work for each frame as Weir: the yardstick. */
        SAME("memswitch_same.c", "C-same ", 1024, 2048),
        /** A bare loop without VLANs, ageing, counters, quotas and frame checks: the limit. */
        BARE("memswitch.c", "C ", 64, 2112);

        private final String source;
        private final String linePrefix;
        private final int maxPorts;
        private final int strideBytes;

        Kind(String source, String linePrefix, int maxPorts, int strideBytes) {
            this.source = source;
            this.linePrefix = linePrefix;
            this.maxPorts = maxPorts;
            this.strideBytes = strideBytes;
        }
    }

    private static final int REPETITIONS = 3;
    private static final long START_UP_SECONDS = 30;

    private final Kind kind;
    private final Path program;

    private CTwin(Kind kind, Path program) {
        this.kind = kind;
        this.program = program;
    }

    /** Writes the source into a folder and compiles it there. */
    static CTwin build(Kind kind, CCompiler compiler, Path folder) throws TwinFailure, InterruptedException {
        Path source = folder.resolve(kind.source);
        try (InputStream in = CTwin.class.getResourceAsStream("c/" + kind.source)) {
            if (in == null) {
                throw new TwinFailure(kind.source + " is not part of this build of weir", TwinFailure.WITHOUT_C);
            }
            Files.copy(in, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path program = folder.resolve(kind.source.replace(".c", ""));
        compiler.compile(source, program);
        return new CTwin(kind, program);
    }

    Kind kind() {
        return kind;
    }

    boolean canRun(MemoryBenchCase benchCase) {
        return benchCase.ports() <= kind.maxPorts;
    }

    /**
     * Runs once.
     *
     * @param seconds length of each repetition
     * @return Mpps of each repetition
     */
    List<Double> run(MemoryBenchCase benchCase, double seconds, int cpu) throws TwinFailure, InterruptedException {
        List<String> command = List.of(
                program.toString(),
                Integer.toString(benchCase.ports()),
                Integer.toString(benchCase.macs()),
                Integer.toString(benchCase.batch()),
                Integer.toString(benchCase.frames()),
                Integer.toString(benchCase.frameBytes()),
                benchCase.copies() ? "1" : "0",
                "0", // one thread for switch and users, as in Weir
                Integer.toString(kind.strideBytes),
                "1", // huge pages
                Double.toString(seconds),
                Integer.toString(cpu));
        long limitSeconds = START_UP_SECONDS + (long) Math.ceil(2 * REPETITIONS * seconds);
        return mpps(ChildProcess.run(command, limitSeconds, TimeUnit.SECONDS));
    }

    private List<Double> mpps(ChildProcess.Outcome outcome) throws TwinFailure {
        List<Double> figures = new ArrayList<>();
        outcome.output()
                .lines()
                .filter(line -> line.startsWith(kind.linePrefix))
                .forEach(line -> figures.add(Double.valueOf(line.replaceFirst(".* Mpps=([0-9.]+).*", "$1"))));
        if (outcome.exitCode() != 0 || figures.size() != REPETITIONS) {
            throw new TwinFailure(
                    program.getFileName() + " ended with exit code " + outcome.exitCode() + ": " + outcome.lastLine(),
                    TwinFailure.WITHOUT_C);
        }
        return figures;
    }
}
