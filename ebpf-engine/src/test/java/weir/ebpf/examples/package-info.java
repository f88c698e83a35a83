// SPDX-License-Identifier: Apache-2.0

/** What the programs of {@code examples/programs} do, under each engine and in the running kernel. */
@NullMarked
package weir.ebpf.examples;

import org.jspecify.annotations.NullMarked;
