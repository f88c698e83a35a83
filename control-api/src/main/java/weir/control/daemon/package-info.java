// SPDX-License-Identifier: Apache-2.0

/** The daemon: state folder, sockets, signals, service manager. */
@NullMarked
package weir.control.daemon;

import org.jspecify.annotations.NullMarked;
