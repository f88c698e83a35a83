// SPDX-License-Identifier: Apache-2.0

/** Maps: what programs and control code share. */
@NullMarked
package weir.ebpf.map;

import org.jspecify.annotations.NullMarked;
