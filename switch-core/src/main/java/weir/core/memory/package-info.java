// SPDX-License-Identifier: Apache-2.0

/** Ports inside the process: a thread sends and receives frames without system calls. */
@NullMarked
package weir.core.memory;

import org.jspecify.annotations.NullMarked;
