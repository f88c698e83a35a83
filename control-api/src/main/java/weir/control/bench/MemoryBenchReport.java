// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench memory} gave.
 *
 * @param twin {@code compared}, or why no C program ran
 */
public record MemoryBenchReport(
        String benchmark,
        MachineFacts machine,
        MemoryBenchSettings settings,
        String twin,
        List<MemoryBenchRow> rows,
        List<MemoryBenchMatrix.Skipped> skipped) {
    /** Value of {@link #twin} when the C programs ran. */
    public static final String COMPARED = "compared";
}
