// SPDX-License-Identifier: Apache-2.0

/** The running kernel's own eBPF, through {@code bpf(2)}: what the engine is compared with. */
@NullMarked
package weir.ebpf.kernel;

import org.jspecify.annotations.NullMarked;
