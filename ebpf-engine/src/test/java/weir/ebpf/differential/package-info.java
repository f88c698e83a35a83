// SPDX-License-Identifier: Apache-2.0

/**
 * The engine against the running kernel: same programs, same maps, same packets, same results.
 *
 * <p>What was found different once is kept as a {@link weir.ebpf.differential.Scenario} with the kernel's
 * outcome in a file and replayed in every build, without a kernel.
 */
@NullMarked
package weir.ebpf.differential;

import org.jspecify.annotations.NullMarked;
