// SPDX-License-Identifier: Apache-2.0

/** What traces of a running switch tell of its frames. */
@NullMarked
package weir.core.trace;

import org.jspecify.annotations.NullMarked;
