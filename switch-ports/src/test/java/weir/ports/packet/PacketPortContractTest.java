// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.Port;
import weir.ports.linux.LinkPortContractTest;
import weir.ports.testing.Netns;
import weir.testing.Feature;
import weir.testing.RequiresFeature;

/**
 * The port contract for packet ports; see the subclasses. The outside is the other end of a veth pair. None of them is
 * ever full: a veth takes whatever its peer has room for, and loses the rest at that peer.
 */
@RequiresFeature({Feature.ROOT, Feature.NETNS})
abstract class PacketPortContractTest extends LinkPortContractTest {
    private static final String LINK = "p0";
    private static final String PEER = "p1";

    private final String mtu;
    private final String options;

    /**
     * A port at a new veth pair.
     *
     * @param mtu of both ends
     * @param options of the spec behind the namespace, each with its {@code &}
     */
    PacketPortContractTest(String mtu, String options) {
        this.mtu = mtu;
        this.options = options;
    }

    @Override
    protected Port open(Netns netns) throws Exception {
        netns.ip("link", "add", LINK, "mtu", mtu, "type", "veth", "peer", "name", PEER, "mtu", mtu);
        netns.ip("link", "set", LINK, "up");
        netns.ip("link", "set", PEER, "up");
        return PacketPort.open("packet:" + LINK + "?netns=" + netns.path() + options);
    }

    @Override
    protected String ownLink() {
        return LINK;
    }

    @Override
    protected String outsideLink() {
        return PEER;
    }
}
