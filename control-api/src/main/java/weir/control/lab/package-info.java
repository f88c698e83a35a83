// SPDX-License-Identifier: Apache-2.0

/**
 * Labs: a Compose file brought up without Docker, with a network namespace for each service and switches in a daemon.
 *
 * <pre>
 *   file ---> LabFile        what the file says, with all that is wrong with it; nothing on the machine is touched
 *               ComposeReader, Variables, AddressPlan
 *   up   ---> Lab            namespaces (NamedNamespaces), switches and ports (DaemonSwitches), addresses, commands
 *               LabFolder    what a lab is to have, written down before it is made, so that down finds all of it
 * </pre>
 */
@NullMarked
package weir.control.lab;

import org.jspecify.annotations.NullMarked;
