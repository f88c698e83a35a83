// SPDX-License-Identifier: Apache-2.0

/** What {@code weir demo} shows: load on in-process ports, and real frames between two namespaces. */
@NullMarked
package weir.control.demo;

import org.jspecify.annotations.NullMarked;
