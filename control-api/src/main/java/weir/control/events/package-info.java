// SPDX-License-Identifier: Apache-2.0

/** Events of the daemon as its clients get them. */
@NullMarked
package weir.control.events;

import org.jspecify.annotations.NullMarked;
