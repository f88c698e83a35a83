// SPDX-License-Identifier: Apache-2.0

/**
 * The hosts at a switch, which are network namespaces: of containers, of processes, or made for a lab. Who runs this enters
 * them, and needs CAP_SYS_ADMIN for it; the switch's end of each interface is a port of the daemon.
 */
@NullMarked
package weir.control.station;

import org.jspecify.annotations.NullMarked;
