// SPDX-License-Identifier: Apache-2.0

/** The engine's entry points: from an object file to a program that can be run. */
@NullMarked
package weir.ebpf;

import org.jspecify.annotations.NullMarked;
