// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What one row of the shared-memory benchmark gave.
 *
 * @param mpps million frames a second that reached the sink
 * @param nsPerFrame of the median
 * @param gbps of the median, frames without preamble and FCS
 * @param dropped frames that found the sink's ring full, of all that were sent
 * @param lawHolds every frame was accounted for; a row where it does not hold ends the benchmark
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ShmBenchRow(
        int frameBytes, PairStatistics mpps, double nsPerFrame, double gbps, long dropped, boolean lawHolds) {}
