// SPDX-License-Identifier: Apache-2.0

/** Paths that are written down while programs run. */
@NullMarked
package weir.ebpf.trace;

import org.jspecify.annotations.NullMarked;
