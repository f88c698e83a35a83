// SPDX-License-Identifier: Apache-2.0

/** What a daemon is to run, as values: definitions of switches, what differs between two of them, and the actions that lead from one to the other. */
@NullMarked
package weir.control.topology;

import org.jspecify.annotations.NullMarked;
