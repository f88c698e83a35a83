// SPDX-License-Identifier: Apache-2.0

/** What decides about frames before the switch's own learning does. */
@NullMarked
package weir.core.program;

import org.jspecify.annotations.NullMarked;
