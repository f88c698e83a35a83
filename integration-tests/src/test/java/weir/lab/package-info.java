// SPDX-License-Identifier: Apache-2.0

/** Labs: Compose files in network namespaces, with traffic. */
@NullMarked
package weir.lab;

import org.jspecify.annotations.NullMarked;
