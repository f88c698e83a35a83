// SPDX-License-Identifier: Apache-2.0

/** The interpreter against others' cases, against the contract of engines, and its own limits. */
@NullMarked
package weir.ebpf.interpreter;

import org.jspecify.annotations.NullMarked;
