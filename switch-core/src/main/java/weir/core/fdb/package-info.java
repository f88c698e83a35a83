// SPDX-License-Identifier: Apache-2.0

/** The forwarding database and the learning that fills it. */
@NullMarked
package weir.core.fdb;

import org.jspecify.annotations.NullMarked;
