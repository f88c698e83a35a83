// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What one row of the memory benchmark gave.
 *
 * @param copyBytes as asked for; 0: by reference
 * @param frameBytes length of every frame
 * @param mpps million frames a second by wall clock, the median of all pairs
 * @param lawHolds every frame was accounted for; a row where it does not hold ends the benchmark
 * @param twins by name, {@code same} and {@code bare}; empty when none ran
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MemoryBenchRow(
        int ports,
        int macs,
        int batch,
        int copyBytes,
        int frameBytes,
        double mpps,
        double mppsMin,
        double mppsMax,
        double nsPerFrame,
        boolean lawHolds,
        Map<String, Twin> twins) {

    /**
     * A C program that ran in turn with Weir.
     *
     * @param mpps its median
     * @param ratio Weir's Mpps through the twin's, pair by pair
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Twin(double mpps, PairStatistics ratio) {}
}
