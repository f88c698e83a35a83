// SPDX-License-Identifier: Apache-2.0

/** Benchmarks of whole switches: what runs is the production worker, and its counters are checked. */
@NullMarked
package weir.control.bench;

import org.jspecify.annotations.NullMarked;
