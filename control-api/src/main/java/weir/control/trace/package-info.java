// SPDX-License-Identifier: Apache-2.0

/** Traces of the daemon's switches: what clients ask for, and what they get for each frame. */
@NullMarked
package weir.control.trace;

import org.jspecify.annotations.NullMarked;
