// SPDX-License-Identifier: Apache-2.0

/**
 * Emulation of links: what lies between a port and what is attached to it may delay, lose, double, damage and hold back
 * frames.
 *
 * <pre>
 *   worker                                                              outside
 *   transmit ---&gt; EmulatedQueue, line to the port   ---&gt; held until due ---&gt; the port's queue ---&gt;
 *   receive  &lt;--- EmulatedQueue, line from the port &lt;--- held until due &lt;--- the port's queue &lt;---
 * </pre>
 *
 * <p>{@link weir.core.link.LinkSettings} says what is emulated and how it is written. While nothing is, the worker uses the
 * port's queue itself.
 */
@NullMarked
package weir.core.link;

import org.jspecify.annotations.NullMarked;
