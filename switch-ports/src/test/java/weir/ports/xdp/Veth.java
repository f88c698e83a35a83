// SPDX-License-Identifier: Apache-2.0
package weir.ports.xdp;

import weir.ports.testing.Netns;

/** A pair of virtual Ethernet interfaces, both ends up in one namespace: the switch takes the near one. */
record Veth(String near, String far) {
    static final String NEAR = "v0";
    static final String FAR = "v1";

    static Veth in(Netns netns, int mtuBytes) {
        String mtu = Integer.toString(mtuBytes);
        netns.ip("link", "add", NEAR, "mtu", mtu, "type", "veth", "peer", "name", FAR, "mtu", mtu);
        netns.ip("link", "set", NEAR, "up");
        netns.ip("link", "set", FAR, "up");
        return new Veth(NEAR, FAR);
    }
}
