// SPDX-License-Identifier: Apache-2.0

/** Raw memory, and who may touch which part of it. */
@NullMarked
package weir.ebpf.memory;

import org.jspecify.annotations.NullMarked;
