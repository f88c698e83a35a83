// SPDX-License-Identifier: Apache-2.0

/** What a port must do, and how it is attached. */
@NullMarked
package weir.core.port;

import org.jspecify.annotations.NullMarked;
