// SPDX-License-Identifier: Apache-2.0

/** What the table of helpers promises. */
@NullMarked
package weir.ebpf.helper;

import org.jspecify.annotations.NullMarked;
