// SPDX-License-Identifier: Apache-2.0
package weir.control.machine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The machine that a figure was measured on. What only Linux tells is null elsewhere.
 *
 * @param cpu model name
 * @param cores that this process may use
 * @param memoryBytes of the whole machine
 * @param loadAverage processes that wanted to run, over the last minute
 * @param date of these facts, UTC
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MachineFacts(
        String os,
        String kernel,
        String arch,
        @Nullable String cpu,
        int cores,
        @Nullable Long memoryBytes,
        String jdk,
        @Nullable Double loadAverage,
        String date) {
    private static final long KIB = 1024;

    /** Reads them now. */
    public static MachineFacts now() {
        return new MachineFacts(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                ProcFile.valueOf("/proc/cpuinfo", "model name").orElse(null),
                Runtime.getRuntime().availableProcessors(),
                totalMemoryBytes().orElse(null),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                lastLoadAverage().orElse(null),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static Optional<Long> totalMemoryBytes() {
        return ProcFile.valueOf("/proc/meminfo", "MemTotal")
                .map(text -> Long.parseLong(text.replaceFirst("\\D.*", "")) * KIB);
    }

    private static Optional<Double> lastLoadAverage() {
        return ProcFile.read("/proc/loadavg").map(text -> Double.valueOf(text.split(" ", 2)[0]));
    }

    /** One line for people. */
    public String sentence() {
        return (cpu == null ? arch : cpu) + ", " + cores + (cores == 1 ? " core, " : " cores, ") + os + " " + kernel
                + ", JDK " + jdk + (loadAverage == null ? "" : ", load " + loadAverage);
    }
}
