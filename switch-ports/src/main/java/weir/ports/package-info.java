// SPDX-License-Identifier: Apache-2.0

/** From a port spec such as {@code tap:NAME} to a live port. */
@NullMarked
package weir.ports;

import org.jspecify.annotations.NullMarked;
