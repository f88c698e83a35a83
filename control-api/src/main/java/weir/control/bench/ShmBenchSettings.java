// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How the shared-memory benchmark runs.
 *
 * @param seconds length of one slice
 * @param slices how many make a row
 * @param warmUpSeconds load before the first slice
 * @param slots of either port
 * @param switchCpu where the worker runs; -1: anywhere
 * @param clientCpu where generator and sink run, one thread of another JVM; -1: anywhere
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ShmBenchSettings(
        double seconds, int slices, double warmUpSeconds, int slots, int switchCpu, int clientCpu) {}
