// SPDX-License-Identifier: Apache-2.0

/** Programs that decide about frames of the kernel's own network stack. */
@NullMarked
package weir.programs;

import org.jspecify.annotations.NullMarked;
