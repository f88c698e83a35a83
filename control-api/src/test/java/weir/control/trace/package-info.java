// SPDX-License-Identifier: Apache-2.0

/** How frames are put into lines. */
@NullMarked
package weir.control.trace;

import org.jspecify.annotations.NullMarked;
