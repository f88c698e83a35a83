// SPDX-License-Identifier: Apache-2.0

/** Counters, drop reasons, and the law that every frame is accounted for. */
@NullMarked
package weir.core.counter;

import org.jspecify.annotations.NullMarked;
