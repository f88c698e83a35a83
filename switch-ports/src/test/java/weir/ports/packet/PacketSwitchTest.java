// SPDX-License-Identifier: Apache-2.0
package weir.ports.packet;

import weir.core.port.Port;
import weir.ports.linux.LinkSwitchTest;
import weir.ports.testing.Netns;

class PacketSwitchTest extends LinkSwitchTest {
    @Override
    protected Port open(Netns netns) throws Exception {
        Veth.make(netns);
        return PacketPort.open(Veth.spec(netns, ""));
    }

    @Override
    protected String link() {
        return Veth.LINK;
    }

    @Override
    protected String hostLink() {
        return Veth.PEER;
    }
}
