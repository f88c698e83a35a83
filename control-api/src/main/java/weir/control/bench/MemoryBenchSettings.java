// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How rows are measured.
 *
 * @param seconds length of one slice of Weir and of one repetition of a twin
 * @param pairs how often Weir and the twins take turns
 * @param cpu where both run; -1 where the operating system cannot pin
 */
@JsonNaming(SnakeCaseStrategy.class)
public record MemoryBenchSettings(double seconds, int pairs, int cpu) {}
