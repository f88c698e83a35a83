// SPDX-License-Identifier: Apache-2.0
package weir.core.fdb;

/**
 * One entry as a dump shows it.
 *
 * @param vlan VLAN identifier, 0 for ports that ignore VLANs
 * @param mac address, see {@link MacAddress}
 * @param portIndex index of the port that the address is behind
 * @param isStatic set by an operator; never ages, never moves
 * @param ageSeconds since the last refresh, a multiple of the refresh interval
 */
public record FdbEntry(int vlan, long mac, int portIndex, boolean isStatic, int ageSeconds) {}
