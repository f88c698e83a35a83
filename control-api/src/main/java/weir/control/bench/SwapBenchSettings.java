// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How exchanges of programs are measured.
 *
 * @param program that is exchanged for itself, in lower case
 * @param windows with an exchange, and as many without
 * @param windowMillis length of one
 * @param cpu where the switch's worker runs; -1 where the operating system cannot pin
 */
@JsonNaming(SnakeCaseStrategy.class)
public record SwapBenchSettings(String program, int windows, int windowMillis, int cpu) {}
