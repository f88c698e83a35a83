// SPDX-License-Identifier: Apache-2.0

/** Classic BPF: what is refused, and what filters return. */
@NullMarked
package weir.ebpf.classic;

import org.jspecify.annotations.NullMarked;
