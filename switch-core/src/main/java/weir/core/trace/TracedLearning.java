// SPDX-License-Identifier: Apache-2.0
package weir.core.trace;

/**
 * What the switch's own pipeline did with a frame's source address.
 *
 * @param mac the address, see {@link weir.core.fdb.MacAddress}
 * @param vlan that it was looked for in; 0 for ports that ignore VLANs
 * @param port where it is now; empty when it is not in the database
 * @param from where it was before, if elsewhere; empty otherwise
 */
public record TracedLearning(Result result, long mac, int vlan, String port, String from) {
    /** What became of it. */
    public enum Result {
        /** It was not there before. */
        LEARNED,
        /** It is there, and not due for a refresh. */
        KNOWN,
        /** Its time begins anew. */
        REFRESHED,
        /** It was at another port. */
        MOVED,
        /** An operator set it for another port, where it stays. */
        STATIC,
        /** It moved too often, and stays where it was for a while. */
        HELD,
        /** The port has as many addresses as it may. */
        REFUSED_QUOTA,
        /** The database is full, and this port has most of it. */
        REFUSED_FULL,
        /** It is no address that a station has. */
        INVALID
    }
}
