// SPDX-License-Identifier: Apache-2.0

/** What captures of a running switch take, lose and leave behind. */
@NullMarked
package weir.core.capture;

import org.jspecify.annotations.NullMarked;
