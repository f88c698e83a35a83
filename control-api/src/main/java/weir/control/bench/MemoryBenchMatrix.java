// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Rows of the memory benchmark: every combination of what was asked for that makes sense.
 *
 * @param cases in the order of the lists, the last list changing fastest
 * @param skipped combinations that cannot be, with the reason
 */
public record MemoryBenchMatrix(List<MemoryBenchCase> cases, List<Skipped> skipped) {
    public MemoryBenchMatrix {
        cases = List.copyOf(cases);
        skipped = List.copyOf(skipped);
    }

    /** A combination left out. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Skipped(int ports, int macs, String reason) {}

    /**
     * Combines lists.
     *
     * @throws IllegalArgumentException when a value is out of range, whatever it is combined with
     */
    public static MemoryBenchMatrix of(
            List<Integer> ports, List<Integer> macs, List<Integer> batches, List<Integer> copies) {
        List<MemoryBenchCase> cases = new ArrayList<>();
        List<Skipped> skipped = new ArrayList<>();
        for (int p : ports) {
            for (int m : macs) {
                if (m < p && m > 0) {
                    skipped.add(new Skipped(p, m, "fewer addresses than ports"));
                    continue;
                }
                for (int batch : batches) {
                    copies.forEach(copy -> cases.add(new MemoryBenchCase(p, m, batch, copy)));
                }
            }
        }
        return new MemoryBenchMatrix(cases, skipped);
    }
}
