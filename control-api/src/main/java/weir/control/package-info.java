// SPDX-License-Identifier: Apache-2.0

/** The process: its entry point. */
@NullMarked
package weir.control;

import org.jspecify.annotations.NullMarked;
