// SPDX-License-Identifier: Apache-2.0
package weir.core;

/**
 * An entry of the forwarding database as users see it.
 *
 * @param vlan 0 for ports that ignore VLANs
 * @param mac {@code 02:00:00:00:00:01}
 * @param port name of the port
 * @param isStatic set by an operator
 * @param ageSeconds since the last refresh
 */
public record FdbInfo(int vlan, String mac, String port, boolean isStatic, int ageSeconds) {}
