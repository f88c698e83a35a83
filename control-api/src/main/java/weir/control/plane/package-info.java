// SPDX-License-Identifier: Apache-2.0

/** The switches of a daemon: what is wanted of them, and the one way to change that. */
@NullMarked
package weir.control.plane;

import org.jspecify.annotations.NullMarked;
