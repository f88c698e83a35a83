// SPDX-License-Identifier: Apache-2.0

/** What a process of Weir logs, and where to. */
@NullMarked
package weir.control.logging;

import org.jspecify.annotations.NullMarked;
