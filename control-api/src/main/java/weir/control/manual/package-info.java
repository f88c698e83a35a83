// SPDX-License-Identifier: Apache-2.0

/** Man pages, made out of the commands. */
@NullMarked
package weir.control.manual;

import org.jspecify.annotations.NullMarked;
