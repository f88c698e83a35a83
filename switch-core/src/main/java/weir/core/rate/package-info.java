// SPDX-License-Identifier: Apache-2.0

/** Rates that frames are held to: token buckets, and the limits on what floods. */
@NullMarked
package weir.core.rate;

import org.jspecify.annotations.NullMarked;
