// SPDX-License-Identifier: Apache-2.0

/**
 * Runs programs instruction by instruction and checks every access: the reference that other engines are
 * compared with, and the only one for programs that nobody verified.
 */
@NullMarked
package weir.ebpf.interpreter;

import org.jspecify.annotations.NullMarked;
