// SPDX-License-Identifier: Apache-2.0

/** The command line: one class per command, one way to fail, one way to print. */
@NullMarked
package weir.control.cli;

import org.jspecify.annotations.NullMarked;
