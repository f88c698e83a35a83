// SPDX-License-Identifier: Apache-2.0

/**
 * What tests of every module share: which features of the machine a test needs, and how large a run is asked for.
 *
 * <p>Other modules get it as the test-jar of {@code weir-ebpf-engine}.
 */
@NullMarked
package weir.testing;

import org.jspecify.annotations.NullMarked;
