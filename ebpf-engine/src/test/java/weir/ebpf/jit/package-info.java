// SPDX-License-Identifier: Apache-2.0

/** The compiler against the interpreter, with facts that are there, withheld and wrong. */
@NullMarked
package weir.ebpf.jit;

import org.jspecify.annotations.NullMarked;
