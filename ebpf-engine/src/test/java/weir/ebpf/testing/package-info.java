// SPDX-License-Identifier: Apache-2.0

/** What tests of the engine share: objects built from {@code src/test/ebpf}, and ways to damage them. */
@NullMarked
package weir.ebpf.testing;

import org.jspecify.annotations.NullMarked;
