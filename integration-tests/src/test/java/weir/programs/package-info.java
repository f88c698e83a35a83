// SPDX-License-Identifier: Apache-2.0

/** Programs on a switch: about frames of the kernel's own network stack, and beside the kernel that runs them, too. */
@NullMarked
package weir.programs;

import org.jspecify.annotations.NullMarked;
