// SPDX-License-Identifier: Apache-2.0

/** What this machine is: facts that stand beside every measurement. */
@NullMarked
package weir.control.machine;

import org.jspecify.annotations.NullMarked;
