// SPDX-License-Identifier: Apache-2.0
package weir.ports.linux;

import org.jspecify.annotations.Nullable;

/**
 * What {@link RouteSocket#change} does to an interface, all in one RTM_SETLINK. The kernel works in the
 * order move, MTU, name, up; a failure leaves what was done before it.
 *
 * @param namespaceFd namespace to move to, or -1
 * @param newName name afterwards, or null to keep it
 * @param mtuBytes MTU afterwards, or 0 to keep it
 * @param alias text to give it, or null to leave that
 * @param mac address to give it, or 0 to leave that
 * @param up whether to bring it up; false leaves it as it is
 */
public record LinkChange(
        int namespaceFd,
        @Nullable String newName,
        int mtuBytes,
        @Nullable String alias,
        long mac,
        boolean up) {
    /** Changes nothing; start from here. */
    public static final LinkChange NOTHING = new LinkChange(-1, null, 0, null, 0, false);

    public LinkChange moveTo(Fd namespace, String name) {
        return new LinkChange(namespace.number(), name, mtuBytes, alias, mac, up);
    }

    public LinkChange mtu(int bytes) {
        return new LinkChange(namespaceFd, newName, bytes, alias, mac, up);
    }

    public LinkChange bringUp() {
        return new LinkChange(namespaceFd, newName, mtuBytes, alias, mac, true);
    }

    /** Gives it a text of at most 255 bytes that stays through renames and moves. */
    public LinkChange alias(String text) {
        return new LinkChange(namespaceFd, newName, mtuBytes, text, mac, up);
    }

    /** Gives it an address, {@link weir.core.fdb.MacAddress}; a TAP and a veth take one while they are up. */
    public LinkChange mac(long address) {
        return new LinkChange(namespaceFd, newName, mtuBytes, alias, address, up);
    }
}
