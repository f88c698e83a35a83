// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.ports.testing.Netns;

/** A veth pair inside a namespace, or from one to another: a packet port's interface and the host at its other end. */
final class Veth {
    /** The end that a port is attached to. */
    static final String LINK = "p0";

    /** The end that belongs to a host. */
    static final String PEER = "p1";

    private Veth() {}

    /** Makes a pair with both ends in one namespace, up. */
    static void make(Netns netns) {
        make(netns, netns, LINK, PEER);
    }

    /** Makes a pair with an end in each namespace, up. */
    static void make(Netns here, Netns there, String link, String peer) {
        here.ip("link", "add", link, "type", "veth", "peer", "name", peer, "netns", there.name());
        here.ip("link", "set", link, "up");
        there.ip("link", "set", peer, "up");
    }

    /** Spec of the port at the end {@link #LINK}. */
    static String spec(Netns netns, String options) {
        return "packet:" + LINK + "?netns=" + netns.path() + options;
    }
}
