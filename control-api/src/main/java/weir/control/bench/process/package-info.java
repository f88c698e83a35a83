// SPDX-License-Identifier: Apache-2.0

/** Processes that run beside a benchmark, this program's daemon among them, and the folder for what they need. */
@NullMarked
package weir.control.bench.process;

import org.jspecify.annotations.NullMarked;
