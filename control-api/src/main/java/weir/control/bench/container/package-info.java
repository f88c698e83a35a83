// SPDX-License-Identifier: Apache-2.0

/** {@code weir bench container}, without its command line: frames between containers, through Weir and through others. */
@NullMarked
package weir.control.bench.container;

import org.jspecify.annotations.NullMarked;
