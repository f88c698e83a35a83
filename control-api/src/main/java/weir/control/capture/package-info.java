// SPDX-License-Identifier: Apache-2.0

/** Captures that the daemon runs for clients. */
@NullMarked
package weir.control.capture;

import org.jspecify.annotations.NullMarked;
