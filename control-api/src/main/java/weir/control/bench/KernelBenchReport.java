// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The same programs in the running kernel, which has no switch around them: a frame costs the program alone.
 *
 * @param note why there are no rows; null where there are some
 * @param passNsPerFrame what a frame costs with a program that returns XDP_PASS at once, the median of all turns; 0
 *     without rows
 * @param rows one for each XDP program
 */
@JsonNaming(SnakeCaseStrategy.class)
public record KernelBenchReport(@Nullable String note, double passNsPerFrame, List<Row> rows) {
    public KernelBenchReport {
        rows = List.copyOf(rows);
    }

    static KernelBenchReport without(String note) {
        return new KernelBenchReport(note, 0, List.of());
    }

    /**
     * A program.
     *
     * @param verdict that it gave
     * @param nsPerFrame CPU time net of the program that passes all, turn by turn
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Row(String program, String verdict, PairStatistics nsPerFrame) {}
}
