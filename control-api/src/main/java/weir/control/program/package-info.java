// SPDX-License-Identifier: Apache-2.0

/** eBPF programs without a switch: what an object file holds, and what a program does with a capture. */
@NullMarked
package weir.control.program;

import org.jspecify.annotations.NullMarked;
