// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/**
 * What the switch's own pipeline found for a frame's destination address.
 *
 * @param mac the address, see {@link weir.core.fdb.MacAddress}
 * @param vlan that it was looked for in; 0 for ports that ignore VLANs
 * @param port where the address is; empty unless it was found
 * @param isStatic whether an operator set that
 * @param ageSeconds since it was last refreshed, to within the interval of refreshes
 */
public record TracedLookup(Result result, long mac, int vlan, String port, boolean isStatic, int ageSeconds) {
    /** What was found. */
    public enum Result {
        HIT,
        UNKNOWN_UNICAST,
        MULTICAST,
        BROADCAST,
        /** Addresses that no bridge forwards. */
        RESERVED_GROUP
    }
}
