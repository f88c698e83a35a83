// SPDX-License-Identifier: Apache-2.0
package weir.ports.link;

import weir.ports.linux.RouteSocket;

/**
 * Where to ask for an interface now.
 *
 * @param name of the interface; empty to ask by number
 * @param index number of the interface; 0 to ask by name
 * @param namespaceId of its namespace, see {@link RouteSocket#namespaceId}
 */
public record LinkPlace(String name, int index, int namespaceId) {
    /** An interface that can move: one that is not there now has another name or namespace by now. */
    public static LinkPlace named(String name, int namespaceId) {
        return new LinkPlace(name, 0, namespaceId);
    }

    /** An interface that something is bound to by number: one that is not there is gone. */
    public static LinkPlace numbered(int index, int namespaceId) {
        return new LinkPlace("", index, namespaceId);
    }

    boolean isNumbered() {
        return index != 0;
    }

    boolean isHere() {
        return namespaceId == RouteSocket.OWN_NAMESPACE;
    }
}
