// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.machine.MachineFacts;

/**
 * What {@code weir bench program} gave.
 *
 * @param rows learning first, then each program under each engine
 * @param kernel the same programs in the running kernel
 * @param published of other systems, on other machines
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ProgramBenchReport(
        String benchmark,
        MachineFacts machine,
        MemoryBenchSettings settings,
        List<Row> rows,
        KernelBenchReport kernel,
        List<Published> published) {
    /** {@code vale(4)} of FreeBSD, "about 20 Mpps per core" with one copy a frame. */
    static final List<Published> PUBLISHED =
            List.of(new Published("VALE, vale(4)", 20, 50, "built-in learning, another machine, one copy a frame"));

    /**
     * One variant.
     *
     * @param program empty for learning
     * @param engine {@code learning}, {@code interpreter}, {@code jit} or {@code jit_unchecked}
     * @param mpps million frames a second that the switch took in, the median of all turns
     * @param ofLearning its rate through learning's, turn by turn
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Row(
            String program,
            String engine,
            double mpps,
            double mppsMin,
            double mppsMax,
            double nsPerFrame,
            PairStatistics ofLearning) {}

    /** A published figure. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Published(String system, double mpps, double nsPerFrame, String conditions) {}
}
