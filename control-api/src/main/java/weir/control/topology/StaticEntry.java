// SPDX-License-Identifier: Apache-2.0

package weir.control.topology;

import weir.core.fdb.MacAddress;

/**
 * A static entry of the forwarding database.
 *
 * @param vlan 0 for ports that ignore VLANs
 * @param mac 48 bits, as {@link MacAddress} has them
 * @param port name of the port
 */
public record StaticEntry(int vlan, long mac, String port) {}
