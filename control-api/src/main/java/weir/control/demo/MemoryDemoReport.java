// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.report.SwitchReport;

/**
 * What the demo on in-process ports gave.
 *
 * @param learning while the switch's own learning decided
 * @param loadSeconds it took to verify, compile, warm up and publish the program, while frames flowed
 * @param program while the program decided
 * @param programOfLearning the program's rate as a share of learning's
 * @param result the switch at the end
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MemoryDemoReport(
        int frameBytes,
        Phase learning,
        double loadSeconds,
        Phase program,
        double programOfLearning,
        SwitchReport result) {
    /**
     * A part of the demo.
     *
     * @param decidedBy {@code learning} or a program's name
     * @param frames that crossed the switch in {@code seconds}
     * @param mpps million frames a second, of the first second only where there is no other: the JVM compiles then
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Phase(String decidedBy, long frames, double seconds, double mpps, double nsPerFrame) {}
}
