// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weir.control.bench.MemoryBenchSettings;

/** How long benchmarks between in-process ports run, and where. */
final class BenchSettingsOptions {
    private static final double MIN_SECONDS = 0.01;
    private static final double MAX_SECONDS = 60;
    private static final int MAX_PAIRS = 1000;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Length of one slice; the median of 3 slices is a turn's figure (default: 0.3).")
    private double seconds = 0.3;

    @Option(names = "--pairs", paramLabel = "N", description = "Turns of all that is compared (default: 7).")
    private int pairs = 7;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CpuOption cpu;

    /** For picocli. */
    BenchSettingsOptions() {}

    /** What was asked for, checked. */
    MemoryBenchSettings read(CommandLine command) {
        OptionRange.require(command, "--seconds", seconds, MIN_SECONDS, MAX_SECONDS);
        OptionRange.require(command, "--pairs", pairs, 1, MAX_PAIRS);
        return new MemoryBenchSettings(seconds, pairs, cpu.read(command));
    }
}
