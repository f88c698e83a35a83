// SPDX-License-Identifier: Apache-2.0

/**
 * The packet generator and the sink: what {@code weir gen} and {@code weir sink} do on one port of any kind.
 *
 * <pre>
 *  gen    GeneratorPort ---> PointToPoint ---> the port          one worker
 *  sink   the port      ---> PointToPoint ---> SinkPort          one worker
 * </pre>
 *
 * Both are a switch of two ports, so that a port is attached, counted, told about and detached as in any other switch. A
 * program decides about every frame, and nothing is learned. What comes back to the generator is counted and dropped.
 */
@NullMarked
package weir.control.gen;

import org.jspecify.annotations.NullMarked;
