// SPDX-License-Identifier: Apache-2.0

/** From port specs to a switch that runs in this process: what machine it is on, which ports it gets. */
@NullMarked
package weir.control.run;

import org.jspecify.annotations.NullMarked;
