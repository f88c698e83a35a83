// SPDX-License-Identifier: Apache-2.0

/** Commands as users start them: processes of their own, signals, real interfaces. */
@NullMarked
package weir.commands;

import org.jspecify.annotations.NullMarked;
