// SPDX-License-Identifier: Apache-2.0

/** The threads that move frames, how they wait, and how inputs wake them. */
@NullMarked
package weir.core.worker;

import org.jspecify.annotations.NullMarked;
