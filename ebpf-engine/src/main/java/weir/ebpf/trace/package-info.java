// SPDX-License-Identifier: Apache-2.0

/**
 * What a program did with one frame, step by step: the same programs over the same maps under the interpreter, with
 * somebody who writes down.
 */
@NullMarked
package weir.ebpf.trace;

import org.jspecify.annotations.NullMarked;
