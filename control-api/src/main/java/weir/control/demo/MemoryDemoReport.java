// SPDX-License-Identifier: Apache-2.0
package weir.control.demo;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import weir.control.report.SwitchReport;

/**
 * What the demo on in-process ports gave.
 *
 * @param frames that crossed the switch
 * @param mpps million frames a second, start-up of the JIT compiler included
 * @param result the switch at the end
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MemoryDemoReport(
        long frames, int frameBytes, double seconds, double mpps, double nsPerFrame, SwitchReport result) {}
