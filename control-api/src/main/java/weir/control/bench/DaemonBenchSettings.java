// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How a daemon is measured.
 *
 * @param seconds length of one slice
 * @param pairs turns of all that is compared
 * @param warmUpSeconds load and calls before the first slice
 * @param callsPerSecond while latency is measured
 * @param frameBytes length of every frame
 * @param clientCpu where generator and sink run, a thread of this process; -1: anywhere
 * @param workerCpu where the switch's worker runs; -1: anywhere
 */
@JsonNaming(SnakeCaseStrategy.class)
public record DaemonBenchSettings(
        double seconds,
        int pairs,
        double warmUpSeconds,
        int callsPerSecond,
        int frameBytes,
        int clientCpu,
        int workerCpu) {}
