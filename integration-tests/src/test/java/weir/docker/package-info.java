// SPDX-License-Identifier: Apache-2.0

/** Containers of a real Docker daemon on switches. */
@NullMarked
package weir.docker;

import org.jspecify.annotations.NullMarked;
