// SPDX-License-Identifier: Apache-2.0

/** Programs from blueprint to something that can be run. */
@NullMarked
package weir.ebpf.program;

import org.jspecify.annotations.NullMarked;
