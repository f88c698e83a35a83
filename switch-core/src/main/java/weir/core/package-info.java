// SPDX-License-Identifier: Apache-2.0

/** The switch itself: create one, attach ports, read counters. */
@NullMarked
package weir.core;

import org.jspecify.annotations.NullMarked;
