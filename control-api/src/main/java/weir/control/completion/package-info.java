// SPDX-License-Identifier: Apache-2.0

/** What shells propose while a command line is typed: scripts for bash, zsh and fish, made out of the commands. */
@NullMarked
package weir.control.completion;

import org.jspecify.annotations.NullMarked;
